import { after } from 'node:test'

/** Takes what ends a thing that tests share; a test's own context is one, too. */
export interface Ending {
  readonly after: (end: () => unknown) => void
}

/** For what all tests of a file share: it ends after the last of them, the newest first. */
export function fileSuite(): Ending {
  const ends: (() => unknown)[] = []
  after(async () => {
    for (const end of ends) await end()
  })
  return { after: (end) => void ends.unshift(end) }
}
