import type { StepBudget } from './budget.ts'
import type { Equivalence } from './equivalence.ts'
import { exactRational, expressionsAgree, realValue } from './equivalence.ts'
import type { Expression } from './numbers/expression.ts'
import { variablesOf } from './numbers/expression.ts'
import { bareChoicesAgree } from './choices.ts'
import type { LeafValue } from './parse/leaf.ts'
import { readLeaf } from './parse/leaf.ts'
import type { Numeral } from './numbers/numeral.ts'
import { parseExpression } from './parse/parseExpression.ts'
import type { Rational } from './numbers/rational.ts'
import { divide, isEqual, rational, terminates, toMillionths } from './numbers/rational.ts'
import { tokensKey } from './parse/tokens/token.ts'
import type { Token } from './parse/tokens/token.ts'

/** Digits after the point from which a decimal may stand for a number that has no end. */
const decimalsOfAnApproximation = 6

/** @param known  the known answer's leaf: a whole number there asks for a numeral here */
export function leavesAgree(
  known: readonly Token[],
  given: readonly Token[],
  budget: StepBudget,
): Equivalence {
  budget.spend(known.length + given.length)
  if (tokensKey(known) === tokensKey(given)) return { agrees: true, reason: 'same text' }
  const choice = bareChoicesAgree(known, given)
  if (choice) return choice
  const [a, b] = [readLeaf(known), readLeaf(given)]
  if (a.kind === 'words' || b.kind === 'words') {
    const agrees = a.kind === 'words' && b.kind === 'words' && a.text === b.text
    return { agrees, reason: agrees ? 'same words' : 'different words' }
  }
  if (a.unit !== null && b.unit !== null && !unitsAgree(a.unit, b.unit))
    return { agrees: false, reason: `different units: ${a.unit} and ${b.unit}` }
  return valuesAgree(a, b, budget)
}

/** ¥ is the sign of two currencies. */
function unitsAgree(a: string, b: string): boolean {
  const ambiguous = 'yen or yuan'
  return a === b || (a === ambiguous && ambiguous.includes(b)) || (b === ambiguous && ambiguous.includes(a))
}

function valuesAgree(known: LeafValue, given: LeafValue, budget: StepBudget): Equivalence {
  if (known.numeral?.form === 'integer' && !known.isPercent && given.numeral === null)
    return {
      agrees: false,
      reason: 'the known answer is a whole number: an answer must be written out as a number',
    }
  const [a, b] = [readValue(known, budget), readValue(given, budget)]
  if (known.isPercent === given.isPercent) return scaledAgree(a, b, budget)
  // p % is p/100, and also p where only one side carries the sign
  const plain = scaledAgree(a, b, budget)
  if (plain.agrees) return { agrees: true, reason: `${plain.reason}, percent sign on one side` }
  return known.isPercent ? scaledAgree(hundredth(a), b, budget) : scaledAgree(a, hundredth(b), budget)
}

interface Value {
  readonly expression: Expression
  readonly numeral: Numeral | null
}

function readValue(leaf: LeafValue, budget: StepBudget): Value {
  if (leaf.numeral)
    return { expression: { kind: 'number', value: leaf.numeral.value }, numeral: leaf.numeral }
  const parsed = parseExpression(leaf.tokens, budget)
  if (leaf.factor === 1n) return { expression: parsed, numeral: null }
  const factor: Expression = { kind: 'number', value: rational(leaf.factor) }
  return { expression: { kind: 'product', factors: [parsed, factor] }, numeral: null }
}

function hundredth({ expression, numeral }: Value): Value {
  const hundred: Expression = { kind: 'number', value: rational(100n) }
  return {
    expression: { kind: 'quotient', over: expression, under: hundred },
    numeral: numeral && {
      value: divide(numeral.value, rational(100n)),
      form: numeral.form === 'integer' ? 'decimal' : numeral.form,
      decimals: numeral.decimals + 2,
    },
  }
}

function scaledAgree(a: Value, b: Value, budget: StepBudget): Equivalence {
  return (
    approximationAgrees(a, b.expression, budget) ??
    approximationAgrees(b, a.expression, budget) ??
    expressionsAgree(a.expression, b.expression, budget)
  )
}

/**
 * A decimal beside a number whose digits have no end: at least 6 decimals, and the same number after rounding
 * to 6.
 *
 * @returns null where the first is no decimal, or the second is a number that a decimal can be exactly
 */
function approximationAgrees(decimal: Value, other: Expression, budget: StepBudget): Equivalence | null {
  const { numeral } = decimal
  if (numeral === null || numeral.decimals === 0 || numeral.decimals === Infinity) return null
  if (variablesOf(other).size > 0) return null
  const exact = exactRational(other, budget)
  if (exact && terminates(exact)) {
    const agrees = isEqual(exact, numeral.value)
    return { agrees, reason: agrees ? 'equal as exact fractions' : 'different as exact fractions' }
  }
  const rounded = exact ? toMillionths(exact) : roundedValue(other, budget)
  if (rounded === null) return null
  if (numeral.decimals < decimalsOfAnApproximation)
    return {
      agrees: false,
      reason: `a decimal of fewer than ${decimalsOfAnApproximation} digits for a number without end`,
    }
  const agrees = rounded === toMillionths(numeral.value)
  return {
    agrees,
    reason: agrees ? 'equal when rounded to 6 decimals' : 'different when rounded to 6 decimals',
  }
}

function roundedValue(expression: Expression, budget: StepBudget): bigint | null {
  const value = realValue(expression, budget)
  if (!value || value.error > 1e-8 || Math.abs(value.re) > 1e9) return null
  return BigInt(Math.round(value.re * 1e6))
}

/**
 * The leaf as a literal rational number: a numeral, a fraction of integers, a mixed number; null for a
 * formula.
 */
export function literalRational(leaf: LeafValue, budget: StepBudget): Rational | null {
  const { expression } = readValue(leaf, budget)
  return isLiteral(expression) ? exactRational(expression, budget) : null
}

function isLiteral(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
      return true
    case 'negative':
      return isLiteral(expression.of)
    case 'quotient':
      return expression.over.kind === 'number' && expression.under.kind === 'number'
    default:
      return false
  }
}
