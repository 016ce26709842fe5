/**
 * A formula as one fraction of polynomials, exactly. What has no such form (sin x, 2ⁿ, a root of a sum)
 * becomes an atom of its own; equal fractions are then still equal for certain, but different ones may be
 * equal too.
 */
import type { StepBudget } from '../budget.ts'
import { NotGradable } from '../budget.ts'
import type { Expression } from './expression.ts'
import type { Polynomial } from './polynomial.ts'
import * as polynomials from './polynomial.ts'
import { exactCall } from './exactCall.ts'
import { exactRoot } from './exactRoot.ts'
import type { Rational } from './rational.ts'
import { divide, one } from './rational.ts'

export interface ExactForm {
  readonly over: Polynomial
  /** Never the zero polynomial. */
  readonly under: Polynomial
}

const maxExponent = 200
/** Still within the size that a coefficient may have, for small bases. */
const maxExponentOfRational = 4096

/** @throws NotGradable for a division by zero or a form too large to write out */
export function exactForm(expression: Expression, budget: StepBudget): ExactForm {
  budget.spend()
  const form = (part: Expression): ExactForm => exactForm(part, budget)
  switch (expression.kind) {
    case 'number':
      return whole(polynomials.constant(expression.value))
    case 'variable':
      return whole(polynomials.atom(`$${expression.name}`))
    case 'constant':
      return whole(polynomials.atom(expression.name))
    case 'based':
      return whole(polynomials.atom(`$based ${expression.digits}_${expression.base}`))
    case 'negative': {
      const { over, under } = form(expression.of)
      return { over: polynomials.negatePolynomial(over), under }
    }
    case 'sum':
      return expression.terms.map(form).reduce((a, b) => addForms(a, b, budget))
    case 'product':
      return expression.factors.map(form).reduce((a, b) => multiplyForms(a, b, budget))
    case 'quotient':
      return multiplyForms(form(expression.over), reciprocal(form(expression.under)), budget)
    case 'power':
      return powerForm(expression.base, expression.exponent, budget)
    case 'root':
      return rootForm(form(expression.of), expression.degree, budget)
    case 'call':
      return callForm(expression.name, expression.args.map(form))
  }
}

/** The rational number that a form is, or null. */
export function rationalOf({ over, under }: ExactForm): Rational | null {
  const [a, b] = [polynomials.rationalValue(over), polynomials.rationalValue(under)]
  return a && b ? divide(a, b) : null
}

/**
 * `different` is said only where the atoms are independent, so that no hidden identity could make them equal.
 */
export function compareForms(
  a: ExactForm,
  b: ExactForm,
  budget: StepBudget,
): 'equal' | 'different' | 'unknown' {
  const left = polynomials.multiplyPolynomials(a.over, b.under, budget)
  const right = polynomials.multiplyPolynomials(b.over, a.under, budget)
  const difference = polynomials.addPolynomials(left, polynomials.negatePolynomial(right), budget)
  if (polynomials.isZero(difference)) return 'equal'
  const atoms = new Set([left, right, a.under, b.under].flatMap((part) => [...polynomials.atomsOf(part)]))
  return areIndependent([...atoms]) ? 'different' : 'unknown'
}

/**
 * Variables, i, square roots of distinct primes, and at most one of π and e (nobody knows whether both are).
 */
function areIndependent(atoms: readonly string[]): boolean {
  const isFree = (name: string): boolean =>
    name.startsWith('$') || ['i', 'pi', 'e', 'infinity'].includes(name) || isSquareRootOfPrime(name)
  return atoms.every(isFree) && !(atoms.includes('pi') && atoms.includes('e'))
}

function isSquareRootOfPrime(name: string): boolean {
  const radicand = /^root:2:(\d{1,6})$/.exec(name)?.[1]
  if (radicand === undefined) return false
  const value = Number(radicand)
  for (let divisor = 2; divisor * divisor <= value; divisor++) if (value % divisor === 0) return false
  return true
}

function callForm(name: string, args: readonly ExactForm[]): ExactForm {
  const values = args.map(rationalOf)
  const value = values.every((v) => v !== null) ? exactCall(name, values) : null
  return value ? whole(polynomials.constant(value)) : opaque(name, args)
}

function whole(over: Polynomial): ExactForm {
  return { over, under: polynomials.constant(one) }
}

function addForms(a: ExactForm, b: ExactForm, budget: StepBudget): ExactForm {
  const left = polynomials.multiplyPolynomials(a.over, b.under, budget)
  const right = polynomials.multiplyPolynomials(b.over, a.under, budget)
  return {
    over: polynomials.addPolynomials(left, right, budget),
    under: polynomials.multiplyPolynomials(a.under, b.under, budget),
  }
}

function multiplyForms(a: ExactForm, b: ExactForm, budget: StepBudget): ExactForm {
  return {
    over: polynomials.multiplyPolynomials(a.over, b.over, budget),
    under: polynomials.multiplyPolynomials(a.under, b.under, budget),
  }
}

function reciprocal({ over, under }: ExactForm): ExactForm {
  if (polynomials.isZero(over)) throw new NotGradable('division by zero')
  return { over: under, under: over }
}

function powerForm(base: Expression, exponent: Expression, budget: StepBudget): ExactForm {
  const baseForm = exactForm(base, budget)
  const exponentForm = exactForm(exponent, budget)
  const value = rationalOf(exponentForm)
  if (!value || value.denominator > 64n) return opaque('power', [baseForm, exponentForm])
  const size = value.numerator < 0n ? -value.numerator : value.numerator
  if (size > BigInt(rationalOf(baseForm) ? maxExponentOfRational : maxExponent))
    return opaque('power', [baseForm, exponentForm])
  const root = value.denominator === 1n ? baseForm : rootForm(baseForm, Number(value.denominator), budget)
  const raised = {
    over: polynomials.powerPolynomial(root.over, Number(size), budget),
    under: polynomials.powerPolynomial(root.under, Number(size), budget),
  }
  return value.numerator < 0n ? reciprocal(raised) : raised
}

function rootForm(form: ExactForm, degree: number, budget: StepBudget): ExactForm {
  const value = rationalOf(form)
  const exact = value && exactRoot(value, degree, budget)
  return exact ? whole(exact) : opaque(`root ${degree}`, [form])
}

function opaque(name: string, parts: readonly ExactForm[]): ExactForm {
  const keys = parts.map(
    ({ over, under }) => `${polynomials.polynomialKey(over)} / ${polynomials.polynomialKey(under)}`,
  )
  return whole(polynomials.atom(`${name}(${keys.join('; ')})`))
}
