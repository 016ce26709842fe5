import type { Proportion } from './records.ts'

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
