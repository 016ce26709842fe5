import type { Progress } from '../../../shared/runs/runEvent.ts'

const mebibyte = 2 ** 20
/** The rate is that of the last so many ms: what was on the disk before counts for nothing, a pause shows. */
const windowMs = 10_000

/** Bytes of a download at one moment. */
export interface BytesThere {
  /** On the disk, whenever they came. */
  readonly all: number
  /** Of them, what came over the network just now: what was there before is no speed. */
  readonly fetched: number
  /** Of any clock that only goes on. */
  readonly atMs: number
}

/** Turns bytes into what a bar shows: MiB (KiB where all is less than 10 MiB), rate and time left. */
export function byteProgress(activity: string, total: number): (now: BytesThere) => Progress {
  const [unit, unitBytes] = total < 10 * mebibyte ? (['KiB', 1024] as const) : (['MiB', mebibyte] as const)
  const seen: BytesThere[] = []
  return (now) => {
    seen.push(now)
    while (seen.length > 2 && now.atMs - (seen[1]?.atMs ?? now.atMs) > windowMs) seen.shift()
    const first = seen[0] ?? now
    const seconds = (now.atMs - first.atMs) / 1000
    const bytesPerSecond = seconds > 0 ? (now.fetched - first.fetched) / seconds : 0
    return {
      activity,
      done: now.all >= total ? Math.ceil(total / unitBytes) : Math.floor(now.all / unitBytes),
      total: Math.ceil(total / unitBytes),
      unit,
      ratePerSecond: bytesPerSecond > 0 ? bytesPerSecond / unitBytes : null,
      secondsLeft: bytesPerSecond > 0 ? (total - now.all) / bytesPerSecond : null,
    }
  }
}
