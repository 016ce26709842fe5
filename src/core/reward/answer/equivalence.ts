/**
 * Whether two formulas are the same value or function: by their exact forms where these decide, else at
 * random points.
 */
import { forkRandom } from '../../random.ts'
import type { StepBudget } from './budget.ts'
import { NotGradable } from './budget.ts'
import type { Complex } from './numbers/complexNumber.ts'
import * as complexNumbers from './numbers/complexNumber.ts'
import { evaluateExpression } from './numbers/evaluate.ts'
import type { ExactForm } from './numbers/exactForm.ts'
import { compareForms, exactForm, rationalOf } from './numbers/exactForm.ts'
import type { Expression } from './numbers/expression.ts'
import { expressionKey, variablesOf } from './numbers/expression.ts'
import type { Rational } from './numbers/rational.ts'

const exactSteps = 20_000
const wantedPoints = 6
const triedPoints = 40
/** Beyond the tracked rounding error; far below any difference an answer could mean. */
const relativeTolerance = 1e-12
/**
 * A numeral is not compared with a value that doubles know less exactly than this: e^{π√163} is no integer.
 */
const largestErrorAgainstRational = 1e-7

export interface Equivalence {
  readonly agrees: boolean
  readonly reason: string
}

export function expressionsAgree(a: Expression, b: Expression, budget: StepBudget): Equivalence {
  if (expressionKey(a) === expressionKey(b)) return { agrees: true, reason: 'same formula' }
  if (!haveSameVariables(a, b)) return { agrees: false, reason: 'different variables' }
  const [formA, formB] = [tryExactForm(a, budget), tryExactForm(b, budget)]
  switch (formA && formB ? tryCompareForms(formA, formB, budget) : 'unknown') {
    case 'equal':
      return { agrees: true, reason: 'equal as exact fractions of polynomials' }
    case 'different':
      return { agrees: false, reason: 'different as exact fractions of polynomials' }
    case 'unknown': {
      const isRational = [formA, formB].some((form) => form !== null && rationalOf(form) !== null)
      return agreeAtPoints({ a, b, isRational }, budget)
    }
  }
}

export function haveSameVariables(a: Expression, b: Expression): boolean {
  const [left, right] = [variablesOf(a), variablesOf(b)]
  return left.size === right.size && [...left].every((name) => right.has(name))
}

/** The exact rational value of a formula without variables, or null. */
export function exactRational(expression: Expression, budget: StepBudget): Rational | null {
  const form = tryExactForm(expression, budget)
  return form && rationalOf(form)
}

/** One evaluation of a formula without variables; null where it is not a finite real number. */
export function realValue(expression: Expression, budget: StepBudget): Complex | null {
  const { value } = evaluateExpression(expression, new Map(), budget)
  return Number.isFinite(value.re) && complexNumbers.isReal(value) ? value : null
}

/** Its own budget: a form too large to write out leaves the numeric comparison its steps. */
function tryExactForm(expression: Expression, budget: StepBudget): ExactForm | null {
  return unlessNotGradable(() => exactForm(expression, budget.part(exactSteps)))
}

function tryCompareForms(a: ExactForm, b: ExactForm, budget: StepBudget): 'equal' | 'different' | 'unknown' {
  return unlessNotGradable(() => compareForms(a, b, budget.part(exactSteps))) ?? 'unknown'
}

function unlessNotGradable<T>(compute: () => T): T | null {
  try {
    return compute()
  } catch (thrown) {
    if (thrown instanceof NotGradable) return null
    throw thrown
  }
}

interface Pair {
  readonly a: Expression
  readonly b: Expression
  /** One of them is a rational number. */
  readonly isRational: boolean
}

function agreeAtPoints(pair: Pair, budget: StepBudget): Equivalence {
  const isConstant = variablesOf(pair.a).size === 0
  // outside the reals only where the formulas cannot stay inside: 2·ln x is ln x² wherever both are real
  for (const domain of isConstant ? (['complex'] as const) : (['real', 'complex'] as const)) {
    let points = 0
    for (const { a, b } of valuesAtPoints(pair.a, pair.b, domain, budget)) {
      if (pair.isRational && a.error + b.error > largestErrorAgainstRational)
        return { agrees: false, reason: 'not known exactly enough to equal a rational number' }
      if (!isClose(a, b)) return { agrees: false, reason: 'different values' }
      if (++points === (isConstant ? 1 : wantedPoints))
        return { agrees: true, reason: 'equal values at random points' }
    }
  }
  return { agrees: false, reason: 'too few points where both have a value' }
}

function isClose(a: Complex, b: Complex): boolean {
  const distance = Math.hypot(a.re - b.re, a.im - b.im)
  const scale = Math.max(complexNumbers.size(a), complexNumbers.size(b))
  return distance <= 4 * (a.error + b.error) + relativeTolerance * scale
}

/**
 * Values of both formulas at the same random points, poles left out. The points depend on the variables'
 * names alone, so the comparison is symmetric and repeatable.
 */
export function* valuesAtPoints(
  a: Expression,
  b: Expression,
  domain: 'real' | 'complex',
  budget: StepBudget,
): Generator<{ readonly a: Complex; readonly b: Complex }> {
  const names = [...variablesOf(a)].sort()
  for (let index = 0; index < triedPoints; index++) {
    const variables = new Map(names.map((name) => [name, coordinate(name, index)]))
    const left = evaluateExpression(a, variables, budget)
    const right = evaluateExpression(b, variables, budget)
    const isUsable = isKnown(left.value) && isKnown(right.value)
    if (isUsable && (domain === 'complex' || (left.staysReal && right.staysReal)))
      yield { a: left.value, b: right.value }
  }
}

/** ±0.3 … ±2.7: both signs, away from 0 and from values that cancel by chance. */
function coordinate(name: string, index: number): number {
  const random = forkRandom(0, 'answer point', name, index)
  return (0.3 + 2.4 * random.next()) * (random.next() < 0.35 ? -1 : 1)
}

/**
 * Finite, and known to more than a few digits: near a pole, or where all digits cancel, nothing is learned.
 */
function isKnown(value: Complex): boolean {
  const scale = complexNumbers.size(value)
  return Number.isFinite(scale) && value.error <= 1e-4 + 1e-6 * scale && scale < 1e200
}
