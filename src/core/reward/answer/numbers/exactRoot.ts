import type { StepBudget } from '../budget.ts'
import type { Polynomial } from './polynomial.ts'
import { atom, constant, multiplyPolynomials, powerPolynomial, rootAtom } from './polynomial.ts'
import type { Rational } from './rational.ts'
import { divide, multiply, one, rational } from './rational.ts'

const largestTrialDivisor = 1000n

/**
 * ᵈ√(a/b) as a rational times roots of primes: √12 = 2·√3, √(1/2) = √2/2, ∛−8 = −2, √−4 = 2i.
 *
 * @returns null for an even root of a negative number other than the square root
 */
export function exactRoot(value: Rational, degree: number, budget: StepBudget): Polynomial | null {
  const isNegative = value.numerator < 0n
  if (isNegative && degree % 2 === 0 && degree !== 2) return null
  const size = isNegative ? -value.numerator : value.numerator
  // ᵈ√(a/b) = ᵈ√(a·bᵈ⁻¹) / b, so that only whole numbers stand under a root
  let result = constant(divide(one, rational(value.denominator)))
  for (const [prime, exponent] of factors(size, value.denominator, degree, budget)) {
    if (prime === 0n) return constant(rational(0n))
    const outside = Math.floor(exponent / degree)
    const inside = exponent % degree
    result = multiplyPolynomials(result, constant(rational(prime ** BigInt(outside))), budget)
    if (inside > 0) result = multiplyPolynomials(result, primeRoot(prime, inside, degree, budget), budget)
  }
  if (!isNegative) return result
  const sign = degree === 2 ? atom('i') : constant(multiply(rational(-1n), one))
  return multiplyPolynomials(result, sign, budget)
}

/** p^(inside/degree) with the fraction in lowest terms, so that ⁴√4 is √2. */
function primeRoot(prime: bigint, inside: number, degree: number, budget: StepBudget): Polynomial {
  const divisor = commonDivisor(inside, degree)
  return powerPolynomial(atom(rootAtom(degree / divisor, prime)), inside / divisor, budget)
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}

/**
 * Prime powers of a · bᵈ⁻¹; a cofactor without small primes is left whole, reduced if it is a perfect power.
 */
function factors(a: bigint, b: bigint, degree: number, budget: StepBudget): ReadonlyMap<bigint, number> {
  const found = new Map<bigint, number>()
  const collect = (number: bigint, times: number): void => {
    let rest = number
    for (let divisor = 2n; divisor <= largestTrialDivisor && divisor * divisor <= rest; divisor++) {
      while (rest % divisor === 0n) {
        budget.spend()
        found.set(divisor, (found.get(divisor) ?? 0) + times)
        rest /= divisor
      }
    }
    budget.spend(30)
    if (rest === 1n) return
    const root = perfectRoot(rest, degree)
    if (root === null) found.set(rest, (found.get(rest) ?? 0) + times)
    else found.set(root, (found.get(root) ?? 0) + times * degree)
  }
  if (a === 0n) return new Map([[0n, 1]])
  collect(a, 1)
  collect(b, degree - 1)
  return found
}

/** The whole number whose power it is, or null; by bisection. */
function perfectRoot(value: bigint, degree: number): bigint | null {
  const power = BigInt(degree)
  let low = 1n
  let high = 1n << BigInt(Math.ceil(value.toString(2).length / degree) + 1)
  while (low < high) {
    const middle = (low + high) >> 1n
    if (middle ** power < value) low = middle + 1n
    else high = middle
  }
  return low ** power === value ? low : null
}
