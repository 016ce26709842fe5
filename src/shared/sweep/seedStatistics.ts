import { quantile, type Interval, type NextInt } from '../statistics.ts'
import { studentWithin } from './studentT.ts'

/** Statistics over seeds, one value a seed. */

const resamples = 10_000

/**
 * Mean of the middle half: a quarter of the values, rounded down, is cut off at either end. Source: Agarwal
 * and others, "Deep Reinforcement Learning at the Edge of the Statistical Precipice" (arXiv 2108.13264), by
 * SciPy's `trim_mean(…, 0.25)`.
 *
 * @param values  at least one
 */
export function interquartileMean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('interquartileMean: expected at least one value, got none')
  const cut = Math.floor(values.length / 4)
  const kept = values.toSorted((a, b) => a - b).slice(cut, values.length - cut)
  return kept.reduce((sum, value) => sum + value, 0) / kept.length
}

/**
 * A statistic of all values together with its 95 % percentile interval: each draw takes as many values from
 * every stratum, with replacement, as it has. A stratum is one task; its values are its seeds. With few seeds
 * the interval is too narrow.
 *
 * @param strata  each with at least one value
 */
export function stratifiedBootstrap(
  strata: readonly (readonly number[])[],
  statistic: (values: readonly number[]) => number,
  nextInt: NextInt,
): Interval {
  const draws = new Float64Array(resamples)
  for (let draw = 0; draw < resamples; draw++) {
    draws[draw] = statistic(
      strata.flatMap((values) => values.map(() => values[nextInt(values.length)] ?? NaN)),
    )
  }
  draws.sort()
  return { estimate: statistic(strata.flat()), low: quantile(draws, 0.025), high: quantile(draws, 0.975) }
}

/** own − base of every seed that both have, in the order of `own`. */
export function differencesBySeed(
  base: ReadonlyMap<number, number>,
  own: ReadonlyMap<number, number>,
): number[] {
  return [...own].flatMap(([seed, value]) => {
    const from = base.get(seed)
    return from === undefined ? [] : [value - from]
  })
}

/**
 * Two-sided p of Student's paired t test.
 *
 * @param differences  one a seed
 * @returns null with fewer than two; 1 where all are 0, 0 where all are the same other number
 */
export function pairedPValue(differences: readonly number[]): number | null {
  const n = differences.length
  if (n < 2) return null
  const mean = differences.reduce((sum, each) => sum + each, 0) / n
  const variance = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n - 1)
  if (variance === 0) return mean === 0 ? 1 : 0
  return 1 - studentWithin(Math.abs(mean) / Math.sqrt(variance / n), n - 1)
}

/**
 * Holm's correction for several comparisons: the adjusted p of each, in the given order. Source: S. Holm,
 * Scandinavian Journal of Statistics 6 (1979).
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).toSorted((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0))
  const adjusted = new Array<number>(pValues.length).fill(1)
  let least = 0
  order.forEach((index, rank) => {
    least = Math.max(least, Math.min(1, (pValues.length - rank) * (pValues[index] ?? 1)))
    adjusted[index] = least
  })
  return adjusted
}

/** Values that are drawn in all, at most: thousands of points would take seconds, each time a page asks. */
const mostDrawn = 1_000_000
const leastResamples = 500

/**
 * How often each one has the highest mean when the seeds of all are drawn again with replacement; ties are
 * shared. One whose best seed is below another's worst can never be it, and is not drawn.
 *
 * @param groups  values of each, one a seed
 * @returns null where one has fewer than two values: nothing is known of its spread
 */
export function chancesOfBest(groups: readonly (readonly number[])[], nextInt: NextInt): number[] | null {
  if (groups.length === 0 || groups.some((values) => values.length < 2)) return null
  const floor = groups.reduce((highest, values) => Math.max(highest, Math.min(...values)), -Infinity)
  const able = groups.flatMap((values, index) => (Math.max(...values) < floor ? [] : [{ values, index }]))
  const eachTime = able.reduce((sum, { values }) => sum + values.length, 0)
  const draws = Math.min(resamples, Math.max(leastResamples, Math.floor(mostDrawn / eachTime)))
  const wins = new Array<number>(groups.length).fill(0)
  for (let draw = 0; draw < draws; draw++) {
    const means = able.map(
      ({ values }) => values.reduce((sum) => sum + (values[nextInt(values.length)] ?? 0), 0) / values.length,
    )
    const top = means.reduce((most, mean) => Math.max(most, mean), -Infinity)
    const share = 1 / means.filter((mean) => mean === top).length
    for (const [place, { index }] of able.entries()) {
      if (means[place] === top) wins[index] = (wins[index] ?? 0) + share
    }
  }
  return wins.map((count) => count / draws)
}
