/** Unions, intersections and differences of finite sets, worked out. */
import { NotGradable } from './budget.ts'
import type { StepBudget } from './budget.ts'
import { realValue } from './equivalence.ts'
import type { Expression } from './numbers/expression.ts'
import { variablesOf } from './numbers/expression.ts'
import { readLeaf } from './parse/leaf.ts'
import { parseExpression } from './parse/parseExpression.ts'
import type { Structure } from './parse/structure.ts'
import { infinity, minusInfinity } from './parse/structure.ts'
import type { Token } from './parse/tokens/token.ts'

/** Whether two elements are the same. */
export type SameElement = (a: Structure, b: Structure) => boolean

/**
 * The set that an operation gives; finite sets of a union with intervals become one set. Anything else as it
 * is.
 *
 * @throws NotGradable where it depends on the value of a variable
 */
export function workOutSets(structure: Structure, same: SameElement, budget: StepBudget): Structure {
  budget.spend()
  switch (structure.kind) {
    case 'union':
      return unionOf(
        structure.items.map((item) => workOutSets(item, same, budget)),
        same,
      )
    case 'intersection':
    case 'difference': {
      const [first, ...others] = structure.items.map((item) => workOutSets(item, same, budget))
      if (structure.kind === 'difference' && first.kind === 'tuple')
        return realsWithout(elementsOf(others[0]), budget)
      return definiteSet([first, ...others].map(elementsOf), {
        same,
        budget,
        stays: structure.kind === 'intersection',
      })
    }
    default:
      return structure
  }
}

interface Filter {
  readonly same: SameElement
  readonly budget: StepBudget
  /** Elements of the first set stay where they are in the others, or where they are not. */
  readonly stays: boolean
}

function definiteSet([first, ...others]: readonly (readonly Structure[])[], filter: Filter): Structure {
  const { same, budget, stays } = filter
  if (![first, ...others].flat().every((element) => isDefinite(element, budget)))
    throw new NotGradable('which elements are the same depends on a variable')
  const isIn = (set: readonly Structure[], element: Structure): boolean =>
    set.some((other) => same(element, other))
  return {
    kind: 'set',
    items: first.filter((element) => others.every((set) => isIn(set, element) === stays)),
  }
}

/** ℝ ∖ {1, 2} as (−∞, 1) ∪ (1, 2) ∪ (2, ∞). */
function realsWithout(points: readonly Structure[], budget: StepBudget): Structure {
  const known = points.map((point) => {
    const value = point.kind === 'leaf' ? realValue(valueOf(point.tokens, budget), budget) : null
    if (value === null || value.error > 1e-9) throw new NotGradable('the order of the points is not known')
    return { point, at: value.re }
  })
  const sorted = known.sort((a, b) => a.at - b.at)
  if (sorted.some(({ at }, i) => i > 0 && at - sorted[i - 1].at < 1e-6))
    throw new NotGradable('the order of the points is not known')
  const ends = [minusInfinity, ...sorted.map(({ point }) => point), infinity]
  const items = ends
    .slice(1)
    .map((end, i): Structure => ({ kind: 'tuple', open: '(', close: ')', items: [ends[i], end] }))
  return items.length === 1 ? items[0] : { kind: 'union', items }
}

function valueOf(tokens: readonly Token[], budget: StepBudget): Expression {
  const expression = parseExpression(tokens, budget)
  if (variablesOf(expression).size > 0)
    throw new NotGradable('which points are left out depends on a variable')
  return expression
}

function unionOf(items: readonly Structure[], same: SameElement): Structure {
  const flat = items.flatMap((item) => (item.kind === 'union' ? item.items : [item]))
  const sets = flat.filter((item) => item.kind === 'set')
  const others = flat.filter((item) => item.kind !== 'set')
  if (sets.length === 0) return { kind: 'union', items: others }
  const elements: Structure[] = []
  for (const element of sets.flatMap((set) => set.items))
    if (!elements.some((known) => same(known, element))) elements.push(element)
  const set: Structure = { kind: 'set', items: elements }
  if (others.length === 0) return set
  return elements.length === 0 && others.length === 1
    ? others[0]
    : { kind: 'union', items: elements.length === 0 ? others : [...others, set] }
}

function elementsOf(structure: Structure): readonly Structure[] {
  if (structure.kind !== 'set') throw new NotGradable('an operation on something that is no finite set')
  return structure.items
}

/** A word or a value without variables, or a pair of such. */
function isDefinite(element: Structure, budget: StepBudget): boolean {
  if (element.kind === 'tuple') return element.items.every((item) => isDefinite(item, budget))
  if (element.kind !== 'leaf') return false
  const leaf = readLeaf(element.tokens)
  if (leaf.kind === 'words' || leaf.numeral !== null) return true
  return variablesOf(parseExpression(leaf.tokens, budget)).size === 0
}
