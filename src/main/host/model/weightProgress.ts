import type { ReportProgress } from '../provision/fetch.ts'

const mebibytes = (bytes: number): number => Math.ceil(bytes / (1 << 20))

/**
 * Counts weights that are written, in MiB.
 *
 * @param totalBytes of all of them
 * @returns to be told the bytes of each piece; throws the signal's reason once it is aborted
 */
export function weightProgress(
  totalBytes: number,
  report: ReportProgress,
  signal: AbortSignal | undefined,
): (bytes: number) => void {
  let done = 0
  return (bytes) => {
    signal?.throwIfAborted()
    done += bytes
    report({
      activity: 'writing weights',
      done: mebibytes(done),
      total: mebibytes(totalBytes),
      unit: 'MiB',
      ratePerSecond: null,
      secondsLeft: null,
    })
  }
}
