import type { SweepPace } from './sweepView.ts'

/** The last so many decide: how many are at work at a time changes, and a stop is no part of the rate. */
const endsLookedAt = 20
const fewestEnds = 3

/**
 * @param endedAtMs  when trials came to their end, in any order; ms since 1970
 * @param left  trials that are not over
 * @returns null where too few have ended to say, or none is left
 */
export function sweepPace(endedAtMs: readonly number[], left: number): SweepPace | null {
  const last = endedAtMs.toSorted((a, b) => a - b).slice(-endsLookedAt)
  const [first, newest] = [last[0] ?? 0, last.at(-1) ?? 0]
  if (left === 0 || last.length < fewestEnds || newest <= first) return null
  const msEach = (newest - first) / (last.length - 1)
  return { trialsPerHour: 3_600_000 / msEach, msLeft: left * msEach }
}
