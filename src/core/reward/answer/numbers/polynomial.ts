/**
 * Polynomials with rational coefficients in any number of atoms. An atom is a variable or a number that is
 * not rational: π, e, i, √2 …; i² = −1 and (ᵈ√p)ᵈ = p are applied at every product, so a sum that is zero
 * shows as zero.
 */
import type { StepBudget } from '../budget.ts'
import { NotGradable } from '../budget.ts'
import type { Rational } from './rational.ts'
import { add, multiply, negate, one, rational } from './rational.ts'

export interface Term {
  /** Atom → exponent ≥ 1, sorted by atom. */
  readonly powers: ReadonlyMap<string, number>
  readonly coefficient: Rational
}

/** Keyed by the powers, no zero coefficients: the zero polynomial is empty. */
export type Polynomial = ReadonlyMap<string, Term>

const maxTerms = 300
const maxBits = 4096

export function constant(value: Rational): Polynomial {
  return fromTerms([{ powers: new Map(), coefficient: value }])
}

export function atom(name: string): Polynomial {
  return fromTerms([{ powers: new Map([[name, 1]]), coefficient: one }])
}

/** Name of the atom ᵈ√p for a prime (or unfactored) p > 1. */
export function rootAtom(degree: number, radicand: bigint): string {
  return `root:${degree}:${radicand}`
}

export function isZero(a: Polynomial): boolean {
  return a.size === 0
}

/** Its value where it has no atoms, else null. */
export function rationalValue(a: Polynomial): Rational | null {
  if (a.size === 0) return rational(0n)
  const term = a.get('')
  return a.size === 1 && term ? term.coefficient : null
}

export function addPolynomials(a: Polynomial, b: Polynomial, budget: StepBudget): Polynomial {
  return fromTerms([...a.values(), ...b.values()], budget)
}

export function negatePolynomial(a: Polynomial): Polynomial {
  return fromTerms([...a.values()].map((term) => ({ ...term, coefficient: negate(term.coefficient) })))
}

export function multiplyPolynomials(a: Polynomial, b: Polynomial, budget: StepBudget): Polynomial {
  const terms: Term[] = []
  for (const left of a.values()) {
    for (const right of b.values()) {
      budget.spend(cost(left.coefficient) + cost(right.coefficient))
      terms.push(multiplyTerms(left, right))
    }
  }
  return fromTerms(terms, budget)
}

/** @param exponent  integer ≥ 0 */
export function powerPolynomial(a: Polynomial, exponent: number, budget: StepBudget): Polynomial {
  let result = constant(one)
  let square = a
  for (let rest = exponent; rest > 0; rest >>= 1) {
    if (rest & 1) result = multiplyPolynomials(result, square, budget)
    if (rest > 1) square = multiplyPolynomials(square, square, budget)
  }
  return result
}

/** One text for one polynomial, whatever the order it was built in. */
export function polynomialKey(a: Polynomial): string {
  const terms = [...a].map(
    ([key, { coefficient }]) => `${coefficient.numerator}/${coefficient.denominator}·${key}`,
  )
  return terms.sort().join('+')
}

export function atomsOf(a: Polynomial): ReadonlySet<string> {
  return new Set([...a.values()].flatMap(({ powers }) => [...powers.keys()]))
}

function fromTerms(terms: readonly Term[], budget?: StepBudget): Polynomial {
  const result = new Map<string, Term>()
  for (const term of terms) {
    const key = [...term.powers].map(([name, exponent]) => `${name}^${exponent}`).join('*')
    const held = result.get(key)
    budget?.spend(cost(term.coefficient))
    const coefficient = held ? add(held.coefficient, term.coefficient) : term.coefficient
    if (bits(coefficient.numerator) + bits(coefficient.denominator) > maxBits)
      throw new NotGradable('a number in the formula is too large')
    if (coefficient.numerator === 0n) result.delete(key)
    else result.set(key, { powers: term.powers, coefficient })
  }
  if (result.size > maxTerms) throw new NotGradable(`the formula has more than ${maxTerms} terms`)
  return result
}

/** Long fractions are slow to reduce: their steps grow with the square of their length. */
function cost({ numerator, denominator }: Rational): number {
  return 1 + Math.floor(bits(numerator) / 128) * Math.floor(bits(denominator) / 128)
}

/** Upper bound on the length in bits, without turning the number into text bit by bit. */
function bits(value: bigint): number {
  return value.toString(16).length * 4
}

function multiplyTerms(a: Term, b: Term): Term {
  const sums = new Map(a.powers)
  for (const [name, exponent] of b.powers) sums.set(name, (sums.get(name) ?? 0) + exponent)
  let coefficient = multiply(a.coefficient, b.coefficient)
  const powers = new Map<string, number>()
  for (const name of [...sums.keys()].sort()) {
    const reduced = reducePower(name, sums.get(name) ?? 0)
    coefficient = multiply(coefficient, reduced.factor)
    if (reduced.exponent > 0) powers.set(name, reduced.exponent)
  }
  return { powers, coefficient }
}

function reducePower(name: string, exponent: number): { factor: Rational; exponent: number } {
  if (name === 'i') return { factor: rational(exponent % 4 >= 2 ? -1n : 1n), exponent: exponent % 2 }
  const root = /^root:(\d+):(\d+)$/.exec(name)
  if (!root) return { factor: one, exponent }
  const degree = Number(root[1])
  const whole = Math.floor(exponent / degree)
  return { factor: rational(BigInt(root[2]) ** BigInt(whole)), exponent: exponent % degree }
}
