import type { Proportion } from './runs/records.ts'

/** 97.5 % point of the standard normal: two-sided 95 %. */
const z95 = 1.959963984540054

/**
 * Wilson's score interval, 95 %: it stays inside [0, 1] and has a width at 0 and at n, where the normal
 * approximation has none. Source: E. B. Wilson, JASA 22 (1927); checked against SciPy in the tests.
 *
 * @param successes  integer, 0 ≤ successes ≤ trials
 * @param trials     integer ≥ 0; 0 trials give null values, not 0
 */
export function wilson(successes: number, trials: number): Proportion {
  if (!Number.isInteger(successes) || !Number.isInteger(trials) || successes < 0 || successes > trials)
    throw new RangeError(`wilson: expected 0 ≤ successes ≤ trials, both whole, got ${successes} of ${trials}`)
  if (trials === 0) return { successes, trials, value: null, low: null, high: null }
  const value = successes / trials
  const square = z95 * z95
  const centre = (value + square / (2 * trials)) / (1 + square / trials)
  const half =
    (z95 / (1 + square / trials)) * Math.sqrt((value * (1 - value)) / trials + square / (4 * trials * trials))
  return {
    successes,
    trials,
    value,
    low: successes === 0 ? 0 : centre - half,
    high: successes === trials ? 1 : centre + half,
  }
}

/** Uniform whole numbers below a bound; `Random.nextInt` fits. */
export type NextInt = (bound: number) => number

export interface Interval {
  readonly estimate: number
  /** 95 %. */
  readonly low: number
  readonly high: number
}

const defaultResamples = 10_000

/**
 * Mean of per-problem values and its percentile bootstrap interval, problems drawn with replacement. With
 * several samples a problem this is the interval to quote: rollouts of one problem are not independent, which
 * Wilson's interval takes them for.
 *
 * @param values  one a problem, for example the share of its samples that were correct; at least one
 */
export function bootstrapMean(
  values: readonly number[],
  nextInt: NextInt,
  resamples = defaultResamples,
): Interval {
  if (values.length === 0) throw new RangeError('bootstrapMean: expected at least one value, got none')
  const means = new Float64Array(resamples)
  for (let i = 0; i < resamples; i++) {
    let sum = 0
    for (let j = 0; j < values.length; j++) sum += values[nextInt(values.length)] ?? 0
    means[i] = sum / values.length
  }
  means.sort()
  const estimate = values.reduce((sum, value) => sum + value, 0) / values.length
  return { estimate, low: quantile(means, 0.025), high: quantile(means, 0.975) }
}

/**
 * Difference of two means over the same problems (second − first), paired: each resample draws problems, and
 * with a problem both its values. Problems that both solve or both get wrong then add no noise.
 *
 * @param pairs  [first, second] for each problem; at least one
 */
export function pairedBootstrap(
  pairs: readonly (readonly [number, number])[],
  nextInt: NextInt,
  resamples = defaultResamples,
): Interval {
  return bootstrapMean(
    pairs.map(([first, second]) => second - first),
    nextInt,
    resamples,
  )
}

/**
 * The same difference with the normal interval of its mean, 95 %: near the bootstrap's where there are hundreds
 * of problems, and at once where many runs are listed.
 *
 * @param pairs  [first, second] for each problem; at least one, whose interval is all that is possible
 */
export function pairedNormal(pairs: readonly (readonly [number, number])[]): Interval {
  if (pairs.length === 0) throw new RangeError('pairedNormal: expected at least one pair, got none')
  const differences = pairs.map(([first, second]) => second - first)
  const n = differences.length
  const estimate = differences.reduce((sum, each) => sum + each, 0) / n
  if (n === 1) return { estimate, low: -1, high: 1 }
  const variance = differences.reduce((sum, each) => sum + (each - estimate) ** 2, 0) / (n - 1)
  const half = z95 * Math.sqrt(variance / n)
  return { estimate, low: Math.max(-1, estimate - half), high: Math.min(1, estimate + half) }
}

/** Linear between the two nearest order statistics, as NumPy's default. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const [a, b] = [sorted[below] ?? NaN, sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN]
  return a + (place - below) * (b - a)
}

/**
 * McNemar's exact test, two-sided: under no difference the problems that only one of two evaluations solves
 * fall to either side like coins. p = 2·P(X ≤ min), X ~ Binomial(onlyFirst + onlySecond, ½), at most 1.
 */
export function mcNemarExact(onlyFirst: number, onlySecond: number): number {
  const n = onlyFirst + onlySecond
  const fewer = Math.min(onlyFirst, onlySecond)
  // in logarithms: 2⁻ⁿ alone is 0 in doubles beyond n = 1074
  let logTerm = -n * Math.LN2
  let tail = 0
  for (let k = 0; k <= fewer; k++) {
    tail += Math.exp(logTerm)
    logTerm += Math.log((n - k) / (k + 1))
  }
  return Math.min(1, 2 * tail)
}

/** A difference of two shares with its 95 % interval. */
export interface Difference {
  readonly value: number
  readonly low: number
  readonly high: number
}

/**
 * The difference of two shares measured on the same pairs, 95 %: Wald's interval after half a pair is added
 * to each of the four cells, so that it has a width where nothing changed. Source: A. Agresti and Y. Min,
 * Statistics in Medicine 24 (2005).
 *
 * @param counts pairs that are a success only in the second (`gained`) and only in the first (`lost`), of
 *   all; pairs ≥ 1
 */
export function pairedDifference(counts: {
  readonly gained: number
  readonly lost: number
  readonly pairs: number
}): Difference {
  const { gained, lost, pairs } = counts
  if (!(pairs >= 1 && gained >= 0 && lost >= 0 && gained + lost <= pairs))
    throw new RangeError(
      `pairedDifference: expected gained + lost ≤ pairs, all ≥ 0, got ${gained}, ${lost} of ${pairs}`,
    )
  const all = pairs + 2
  const centre = (gained - lost) / all
  const half = (z95 * Math.sqrt(gained + lost + 1 - (gained - lost) ** 2 / all)) / all
  return {
    value: (gained - lost) / pairs,
    low: Math.max(-1, centre - half),
    high: Math.min(1, centre + half),
  }
}

/** Of an even number of values the mean of the middle two; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const [low = NaN, high = NaN] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return (low + high) / 2
}
