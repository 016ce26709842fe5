import type { StepBudget } from '../budget.ts'
import { NotGradable } from '../budget.ts'
import { callFunction } from './complexFunctions.ts'
import type { Complex } from './complexNumber.ts'
import * as complexNumbers from './complexNumber.ts'
import type { Expression } from './expression.ts'
import { toNumber } from './rational.ts'

export interface Evaluation {
  readonly value: Complex
  /** No part of the formula left the real numbers on the way. */
  readonly staysReal: boolean
}

/**
 * The value of a formula where its variables have these values. Poles and overflow give values that are not
 * finite.
 */
export function evaluateExpression(
  expression: Expression,
  variables: ReadonlyMap<string, number>,
  budget: StepBudget,
): Evaluation {
  const scope: Scope = { variables, budget, left: { real: false } }
  const value = valueOf(expression, scope)
  return { value, staysReal: !scope.left.real }
}

interface Scope {
  readonly variables: ReadonlyMap<string, number>
  readonly budget: StepBudget
  /** Set by any part that is not real. */
  readonly left: { real: boolean }
}

function valueOf(expression: Expression, scope: Scope): Complex {
  scope.budget.spend()
  const value = computed(expression, scope)
  if (!complexNumbers.isReal(value)) scope.left.real = true
  return value
}

function computed(expression: Expression, scope: Scope): Complex {
  const of = (part: Expression): Complex => valueOf(part, scope)
  switch (expression.kind) {
    case 'number':
      return number(expression)
    case 'variable':
      return complexNumbers.complex(scope.variables.get(expression.name) ?? NaN, 0, 0)
    case 'constant':
      return constants[expression.name]
    case 'based':
      throw new NotGradable('a number in another base is compared as written')
    case 'sum':
      return expression.terms.map(of).reduce(complexNumbers.add)
    case 'product':
      return expression.factors.map(of).reduce(complexNumbers.multiply)
    case 'negative':
      return complexNumbers.negate(of(expression.of))
    case 'quotient':
      return complexNumbers.divide(of(expression.over), of(expression.under))
    case 'power':
      return powerOf(expression.base, expression.exponent, of)
    case 'root':
      return complexNumbers.root(of(expression.of), expression.degree)
    case 'call': {
      const value = callFunction(expression.name, expression.args.map(of))
      if (!value) throw new NotGradable(`the function ${expression.name} is unknown`)
      return value
    }
  }
}

const constants: Readonly<Record<'pi' | 'e' | 'i' | 'infinity', Complex>> = {
  pi: complexNumbers.complex(Math.PI),
  e: complexNumbers.complex(Math.E),
  i: complexNumbers.complex(0, 1, 0),
  infinity: complexNumbers.complex(Infinity),
}

/** A whole number that a double holds exactly carries no error. */
function number({ value }: Expression & { kind: 'number' }): Complex {
  const nearest = toNumber(value)
  const isExact = value.denominator === 1n && Number.isSafeInteger(nearest)
  return isExact ? complexNumbers.complex(nearest, 0, 0) : complexNumbers.complex(nearest)
}

/** (−8)^{1/3} is the real root −2, as school has it; other fractional powers are principal values. */
function powerOf(base: Expression, exponent: Expression, of: (part: Expression) => Complex): Complex {
  const fraction = literalFraction(exponent)
  if (!fraction || fraction.under % 2 === 0) return complexNumbers.power(of(base), of(exponent))
  const root = complexNumbers.root(of(base), fraction.under)
  return complexNumbers.power(root, complexNumbers.complex(fraction.over, 0, 0))
}

function literalFraction(exponent: Expression): { over: number; under: number } | null {
  if (exponent.kind === 'negative') {
    const of = literalFraction(exponent.of)
    return of && { over: -of.over, under: of.under }
  }
  if (exponent.kind !== 'quotient' || exponent.over.kind !== 'number' || exponent.under.kind !== 'number')
    return null
  const [over, under] = [toNumber(exponent.over.value), toNumber(exponent.under.value)]
  return Number.isInteger(over) && Number.isInteger(under) && under > 1 && under <= 64
    ? { over, under }
    : null
}
