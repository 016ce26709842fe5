/**
 * Equations and inequalities: the same one, turned round, or multiplied by a constant; and inequalities as
 * intervals.
 */
import type { StepBudget } from '../budget.ts'
import * as complexNumbers from '../numbers/complexNumber.ts'
import type { Equivalence } from '../equivalence.ts'
import { expressionsAgree, haveSameVariables, valuesAtPoints } from '../equivalence.ts'
import type { Expression } from '../numbers/expression.ts'
import { variablesOf } from '../numbers/expression.ts'
import { parseExpression } from './parseExpression.ts'
import type { Structure } from './structure.ts'
import type { Token } from './tokens/token.ts'

export interface Relation {
  readonly operators: readonly string[]
  readonly sides: readonly (readonly Token[])[]
}

const turned: Readonly<Record<string, string>> = { '>': '<', '≥': '≤' }
const wantedPoints = 6

export function relationsAgree(known: Relation, given: Relation, budget: StepBudget): Equivalence {
  const [a, b] = [ascending(known), ascending(given)]
  if (a.operators.join() !== b.operators.join()) return { agrees: false, reason: 'different relations' }
  const [left, right] = [a, b].map(({ sides }) => sides.map((side) => parseExpression(side, budget)))
  if (left.every((side, i) => expressionsAgree(side, right[i], budget).agrees))
    return { agrees: true, reason: 'same relation, side by side' }
  const [operator] = a.operators
  if (a.operators.length > 1 || !['=', '≠', '<', '≤'].includes(operator))
    return { agrees: false, reason: 'different sides' }
  return proportional(difference(left), difference(right), {
    positive: operator === '<' || operator === '≤',
    budget,
  })
}

/** Every > and ≥ read from right to left. */
function ascending({ operators, sides }: Relation): Relation {
  if (!operators.every((operator) => Object.hasOwn(turned, operator))) return { operators, sides }
  return { operators: operators.map((operator) => turned[operator]).reverse(), sides: [...sides].reverse() }
}

function difference([left, right]: readonly Expression[]): Expression {
  return { kind: 'sum', terms: [right, { kind: 'negative', of: left }] }
}

/** Whether one is the other times a constant ≠ 0 (> 0 for inequalities): the same ratio at every point. */
function proportional(
  a: Expression,
  b: Expression,
  { positive, budget }: { readonly positive: boolean; readonly budget: StepBudget },
): Equivalence {
  if (variablesOf(a).size === 0 || !haveSameVariables(a, b))
    return { agrees: false, reason: 'different variables' }
  const ratios: number[] = []
  for (const values of valuesAtPoints(a, b, 'real', budget)) {
    if (complexNumbers.size(values.b) < 1e-6 || complexNumbers.size(values.a) < 1e-6) continue
    ratios.push(complexNumbers.divide(values.a, values.b).re)
    if (ratios.length === wantedPoints) break
  }
  const [first] = ratios
  const isConstant = ratios.every((ratio) => Math.abs(ratio - first) <= 1e-10 * Math.abs(first))
  const agrees = ratios.length === wantedPoints && isConstant && (!positive || first > 0)
  return { agrees, reason: agrees ? 'the same relation times a constant' : 'different relations' }
}

/** x > 2 as (2, ∞), 1 ≤ x < 2 as [1, 2); null where it is no such inequality of one variable. */
export function asInterval(relation: Relation): (Structure & { kind: 'tuple' }) | null {
  const { operators, sides } = ascending(relation)
  if (!operators.every((operator) => operator === '<' || operator === '≤')) return null
  const place = sides.findIndex((side) => side.length === 1 && isVariable(side[0]))
  const others = sides.filter((_, i) => i !== place)
  if (place < 0 || others.some((side) => side.some(isVariable)) || sides.length > 3) return null
  if (sides.length === 3 && place !== 1) return null
  const low = place > 0 ? sides[place - 1] : [minus, infinity]
  const high = sides[place + 1] ?? [infinity]
  const open = place > 0 && operators[place - 1] === '≤' ? '[' : '('
  const close = place < operators.length && operators[place] === '≤' ? ']' : ')'
  return { kind: 'tuple', open, close, items: [low, high].map((tokens) => ({ kind: 'leaf', tokens })) }
}

const minus: Token = { kind: 'symbol', text: '-', gap: 'none' }
const infinity: Token = { kind: 'command', text: 'infty', gap: 'none' }

function isVariable({ kind, text }: Token): boolean {
  return kind === 'letter' && text !== 'e' && text !== 'i'
}
