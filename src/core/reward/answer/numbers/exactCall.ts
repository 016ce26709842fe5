import type { Rational } from './rational.ts'
import { rational } from './rational.ts'

const largestFactorial = 300n

/** The functions that keep rational numbers rational; null where this one does not. */
export function exactCall(name: string, args: readonly Rational[]): Rational | null {
  const [a, b] = args
  switch (name) {
    case 'abs':
      return a.numerator < 0n ? { ...a, numerator: -a.numerator } : a
    case 'floor':
      return rational(floor(a))
    case 'ceil':
      return rational(-floor({ ...a, numerator: -a.numerator }))
    case 'factorial':
      return isCount(a) ? rational(product(1n, a.numerator)) : null
    case 'binom':
      return isCount(a) && isCount(b) ? binomial(a.numerator, b.numerator) : null
    default:
      return null
  }
}

function floor({ numerator, denominator }: Rational): bigint {
  const truncated = numerator / denominator
  return numerator < 0n && numerator % denominator !== 0n ? truncated - 1n : truncated
}

function isCount({ numerator, denominator }: Rational): boolean {
  return denominator === 1n && numerator >= 0n && numerator <= largestFactorial
}

function binomial(n: bigint, k: bigint): Rational {
  return k > n ? rational(0n) : rational(product(n - k + 1n, n), product(1n, k))
}

/** from · (from + 1) · … · to; 1 where there is none. */
function product(from: bigint, to: bigint): bigint {
  let result = 1n
  for (let factor = from; factor <= to; factor++) result *= factor
  return result
}
