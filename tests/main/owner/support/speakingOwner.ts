import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** Resolves with the rest of the first line not yet taken that begins so. */
export type TakeLine = (beginning: string) => Promise<string>

/** An owner in a process of its own, that says on stdout, a line each, what happens to it. */
export interface OwnerProcess {
  readonly process: ChildProcess
  readonly line: TakeLine
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
  return { process: child, line: linesOf(child.stdout, refuse) }
}

export function linesOf(stream: Readable, refuse: (line: string) => void = () => undefined): TakeLine {
  const lines = createInterface({ input: stream })[Symbol.asyncIterator]()
  return async (beginning) => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done === true) throw new Error(`the process ended before it said "${beginning}"`)
      if (value.startsWith(beginning)) return value.slice(beginning.length).trimStart()
      refuse(value)
    }
  }
}
