/**
 * P(|T| ≤ t) of Student's t distribution with a whole number of degrees of freedom.
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
 *
 * @param degrees  whole, ≥ 1
 */
export function studentWithin(t: number, degrees: number): number {
  if (!Number.isInteger(degrees) || degrees < 1)
    throw new RangeError(`studentWithin: expected a whole number of degrees ≥ 1, got ${degrees}`)
  const angle = Math.atan(t / Math.sqrt(degrees))
  const sin = Math.sin(angle)
  const cos = Math.cos(angle)
  const isOdd = degrees % 2 === 1
  let term = isOdd ? cos : 1
  let sum = degrees === 1 ? 0 : term
  for (let k = isOdd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= ((k - 1) / k) * cos * cos
    sum += term
  }
  return isOdd ? (2 / Math.PI) * (angle + sin * sum) : sin * sum
}

/** The t with P(|T| ≤ t) = `share`, by bisection to 1e-10. @param share  in (0, 1) */
export function studentQuantile(share: number, degrees: number): number {
  if (!(share > 0 && share < 1))
    throw new RangeError(`studentQuantile: expected a share in (0, 1), got ${share}`)
  let low = 0
  let high = 1
  while (studentWithin(high, degrees) < share) high *= 2
  while (high - low > 1e-10 * high) {
    const middle = (low + high) / 2
    if (studentWithin(middle, degrees) < share) low = middle
    else high = middle
  }
  return high
}

export interface MeanInterval {
  readonly mean: number
  /** null with one value: its spread is unknown. */
  readonly low: number | null
  readonly high: number | null
  readonly count: number
}

/**
 * Mean of values (one a seed) with its t interval. @param values at least one @param share 0.95: a 95 %
 * interval
 */
export function meanInterval(values: readonly number[], share = 0.95): MeanInterval {
  if (values.length === 0) throw new RangeError('meanInterval: expected at least one value, got none')
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  if (count === 1) return { mean, low: null, high: null, count }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
  const half = studentQuantile(share, count - 1) * Math.sqrt(variance / count)
  return { mean, low: mean - half, high: mean + half, count }
}
