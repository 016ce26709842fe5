import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

/** An owner in a process of its own, that says on stdout, a line each, what happens to it. */
export interface OwnerProcess {
  readonly process: ChildProcess
  /** Resolves with the rest of the first line not yet taken that begins so. */
  readonly line: (beginning: string) => Promise<string>
}

/**
 * @param args    the program's file, and what it is given
 * @param refuse  sees each line that is passed over; may throw
 */
export function startSpeakingOwner(
  args: readonly string[],
  refuse: (line: string) => void = () => undefined,
): OwnerProcess {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    process: child,
    async line(beginning) {
      for (;;) {
        const { value, done } = await lines.next()
        if (done === true) throw new Error(`the owner ended before it said "${beginning}"`)
        if (value.startsWith(beginning)) return value.slice(beginning.length + 1)
        refuse(value)
      }
    },
  }
}
