import { findMetric } from '../../../shared/metrics/metrics.ts'

/**
 * A value that is 0/0 is not stored, so that a series is silent about it. What was reported at the same steps
 * and always has a value (shares of all rollouts) tells such a step from one that was not measured at all, as
 * between evaluations.
 *
 * @returns the name of that metric; null where there is none: stage 1, metrics that this version does not
 *   know
 */
export function alwaysMeasured(name: string): string | null {
  if (findMetric(name) === null || name.startsWith('vStar/')) return null
  const prefix = ['validation/', 'test/'].find((each) => name.startsWith(each)) ?? ''
  return `${prefix}accuracy/attempt`
}

/**
 * @param steps     of the points of a series, growing
 * @param measured  steps at which its source reported, growing
 * @returns indices of the points before which a measured step has no point
 */
export function gapsBefore(steps: Float64Array, measured: Float64Array): number[] {
  const gaps: number[] = []
  let next = 0
  for (let index = 1; index < steps.length; index++) {
    const [before = 0, at = 0] = [steps[index - 1], steps[index]]
    while (next < measured.length && (measured[next] ?? 0) <= before) next++
    if (next < measured.length && (measured[next] ?? 0) < at) gaps.push(index)
  }
  return gaps
}
