import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import type { HubFile } from './hubRepo.ts'
import type { RepoName } from './repoName.ts'

/** No control character, nothing that one of the systems takes for more than a part of a name. */
const safePart = /^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\\/:*?"<>|]{1,200}$/

/** Whether a name out of a list by strangers can be a path below a folder on any system. */
export function isSafePath(path: string): boolean {
  const parts = path.split('/')
  return (
    path.length <= 500 &&
    parts.every((part) => safePart.test(part) && !/^\.|[. ]$/.test(part)) &&
    !parts.some((part) => /^recheck-source\.json$|\.part$/i.test(part))
  )
}

/**
 * Refuses the whole repository where one of the files has a name that would lead elsewhere, or two would be
 * one file.
 *
 * @throws RecheckError `hub.file-name`
 */
export function assertSafePaths({ name }: RepoName, files: readonly HubFile[]): void {
  const seen = new Set<string>()
  for (const { path } of files) {
    const folded = path.normalize('NFC').toLowerCase()
    if (isSafePath(path) && !seen.has(folded)) {
      seen.add(folded)
      continue
    }
    const why = isSafePath(path) ? 'stands there twice' : 'cannot be the name of a file below a folder'
    throw new RecheckError(
      'hub.file-name',
      `"${name}" lists the file ${quoted(path)}, which ${why}. Nothing of it is fetched: the repository is made to mislead, or broken.`,
    )
  }
}
