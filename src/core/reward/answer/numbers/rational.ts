/** An exact fraction in lowest terms; `denominator` > 0. */
export interface Rational {
  readonly numerator: bigint
  readonly denominator: bigint
}

export const zero: Rational = { numerator: 0n, denominator: 1n }
export const one: Rational = { numerator: 1n, denominator: 1n }

/** @throws RangeError for a zero denominator; callers check before they divide */
export function rational(numerator: bigint, denominator: bigint = 1n): Rational {
  if (denominator === 0n) throw new RangeError(`rational: expected a denominator ≠ 0, got ${numerator}/0`)
  const sign = denominator < 0n ? -1n : 1n
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, sign * denominator)
  return { numerator: (sign * numerator) / divisor, denominator: (sign * denominator) / divisor }
}

export function add(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)
}

export function negate(a: Rational): Rational {
  return { numerator: -a.numerator, denominator: a.denominator }
}

export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator)
}

/** @param b ≠ 0 */
export function divide(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator, a.denominator * b.numerator)
}

/** a^exponent; a ≠ 0 where the exponent is negative. The caller bounds the size. */
export function power(a: Rational, exponent: number): Rational {
  const size = BigInt(Math.abs(exponent))
  const raised = rational(a.numerator ** size, a.denominator ** size)
  return exponent < 0 ? divide(one, raised) : raised
}

export function isEqual(a: Rational, b: Rational): boolean {
  return a.numerator === b.numerator && a.denominator === b.denominator
}

/** Whether its decimal expansion ends: no prime but 2 and 5 in the denominator. */
export function terminates(a: Rational): boolean {
  let rest = a.denominator
  while (rest % 10n === 0n) rest /= 10n
  while (rest % 5n === 0n) rest /= 5n
  while (rest % 2n === 0n) rest /= 2n
  return rest === 1n
}

/** round(a · 10⁶), halves away from zero. */
export function toMillionths(a: Rational): bigint {
  const doubled = 2n * a.numerator * 1_000_000n
  const half = doubled < 0n ? -a.denominator : a.denominator
  return (doubled + half) / (2n * a.denominator)
}

/** Nearest double; exact digits first, so that large numerators do not overflow to NaN. */
export function toNumber(a: Rational): number {
  const direct = Number(a.numerator) / Number(a.denominator)
  if (Number.isFinite(direct) && Math.abs(direct) < 1e300 && Math.abs(direct) > 1e-300) return direct
  if (a.numerator === 0n) return 0
  const size = a.numerator < 0n ? -a.numerator : a.numerator
  const shift = size.toString(2).length - a.denominator.toString(2).length - 64
  const scaled =
    shift > 0
      ? a.numerator / (a.denominator << BigInt(shift))
      : (a.numerator << BigInt(-shift)) / a.denominator
  // in two steps: 2^shift alone may leave the range of doubles where the product does not
  const halfShift = Math.trunc(shift / 2)
  return Number(scaled) * 2 ** halfShift * 2 ** (shift - halfShift)
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b]
  return a === 0n ? 1n : a
}
