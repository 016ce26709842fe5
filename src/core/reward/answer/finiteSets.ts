/** Unions, intersections and differences of finite sets, worked out. */
import { NotGradable } from './budget.ts'
import type { StepBudget } from './budget.ts'
import { variablesOf } from './numbers/expression.ts'
import { readLeaf } from './parse/leaf.ts'
import { parseExpression } from './parse/parseExpression.ts'
import type { Structure } from './parse/structure.ts'

/** Whether two elements are the same. */
export type SameElement = (a: Structure, b: Structure) => boolean

/**
 * The set that an operation gives; finite sets of a union with intervals become one set. Anything else as it is.
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
      const [first, ...others] = structure.items.map((item) => elementsOf(workOutSets(item, same, budget)))
      const all = [first, ...others]
      if (!all.flat().every((element) => isDefinite(element, budget)))
        throw new NotGradable('which elements are the same depends on a variable')
      const isIn = (set: readonly Structure[], element: Structure): boolean =>
        set.some((other) => same(element, other))
      const stays = structure.kind === 'intersection'
      return {
        kind: 'set',
        items: first.filter((element) => others.every((set) => isIn(set, element) === stays)),
      }
    }
    default:
      return structure
  }
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
