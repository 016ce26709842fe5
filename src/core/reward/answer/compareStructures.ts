import type { StepBudget } from './budget.ts'
import { NotGradable } from './budget.ts'
import { leavesAgree } from './compareLeaves.ts'
import type { Equivalence } from './equivalence.ts'
import { workOutSets } from './finiteSets.ts'
import { perfectMatching } from './perfectMatching.ts'
import { asInterval, relationsAgree } from './parse/relations.ts'
import type { Relation } from './parse/relations.ts'
import type { Structure } from './parse/structure.ts'
import { splitTop } from './parse/tokens/tokenGroups.ts'

/** Whether two answers are the same thing, part by part. The known answer comes first. */
export function structuresAgree(known: Structure, given: Structure, budget: StepBudget): Equivalence {
  budget.spend()
  const [left, right] = [worked(known, budget), worked(given, budget)]
  if (left.kind === 'set' && right.kind === 'set') return collectionsAgree(left, right, budget)
  // a set that was still to be worked out stays a set
  const [a, b] = [left === known ? unwrapSingle(left) : left, right === given ? unwrapSingle(right) : right]
  if (a.kind === 'assignment' || b.kind === 'assignment') return assignmentsAgree(a, b, budget)
  if (isCollection(a) && isCollection(b)) return collectionsAgree(a, b, budget)
  if (a.kind === 'relation' || b.kind === 'relation') return inequalitiesAgree(a, b, budget)
  if (a.kind === 'leaf' && b.kind === 'leaf') return leavesAgree(a.tokens, b.tokens, budget)
  if (a.kind !== b.kind) return { agrees: false, reason: `a ${a.kind} is not a ${b.kind}` }
  return sameKindAgree(a, b, budget)
}

/** A list of one element is that element. */
function unwrapSingle(structure: Structure): Structure {
  const isSingle = (structure.kind === 'list' || structure.kind === 'set') && structure.items.length === 1
  return isSingle ? structure.items[0] : structure
}

function worked(structure: Structure, budget: StepBudget): Structure {
  return workOutSets(structure, (a, b) => areSame(a, b, budget), budget)
}

/** Either way round: as a known answer the whole number 2 would ask for a numeral. */
function areSame(a: Structure, b: Structure, budget: StepBudget): boolean {
  return elementsAgree(a, b, budget).agrees || elementsAgree(b, a, budget).agrees
}

type Collection = Structure & { readonly kind: 'list' | 'set' | 'union' }

function isCollection(structure: Structure): structure is Collection {
  return structure.kind === 'list' || structure.kind === 'set' || structure.kind === 'union'
}

/** x = 5 agrees with 5 and with x = 5; with another symbol or an equation only as an equation. */
function assignmentsAgree(a: Structure, b: Structure, budget: StepBudget): Equivalence {
  const [left, right] = [relationOf(a), relationOf(b)]
  if (isRange(a) && b.kind === 'relation') return structuresAgree(valueOf(a), b, budget)
  if (isRange(b) && a.kind === 'relation') return structuresAgree(a, valueOf(b), budget)
  const sameSymbol = a.kind === 'assignment' && b.kind === 'assignment' && a.symbol === b.symbol
  const oneSided = a.kind !== 'assignment' ? right && !left : b.kind !== 'assignment' && left && !right
  if (sameSymbol || oneSided) {
    return structuresAgree(valueOf(a), valueOf(b), budget)
  }
  if (!left || !right) return { agrees: false, reason: 'an equation is not a value' }
  if (a.kind === 'assignment' && isWholeNumber(a.value))
    return { agrees: false, reason: 'the known answer is a whole number: an answer must give it' }
  return relationsAgree(left, right, budget)
}

/** x ∈ (−2, 5), which an inequality may say as well. */
function isRange(structure: Structure): boolean {
  return structure.kind === 'assignment' && structure.value.kind === 'tuple'
}

function valueOf(structure: Structure): Structure {
  return structure.kind === 'assignment' ? structure.value : structure
}

function isWholeNumber(value: Structure): boolean {
  return value.kind === 'leaf' && value.tokens.length === 1 && /^\d+$/.test(value.tokens[0].text)
}

/** The two sides of an assignment or a relation, as they were written; null for anything else. */
function relationOf(structure: Structure): Relation | null {
  if (structure.kind === 'relation') return structure
  if (structure.kind !== 'assignment') return null
  return { operators: ['='], sides: splitTop(structure.tokens, ({ text }) => text === '=' || text === 'in') }
}

/** Unordered, the same number of elements. `x = 1, y = 2` names its elements, so 2, 1 is not the same. */
function collectionsAgree(a: Collection, b: Collection, budget: StepBudget): Equivalence {
  if ((a.kind === 'union') !== (b.kind === 'union') && ![...a.items, ...b.items].every(isInterval))
    return { agrees: false, reason: `a ${a.kind} is not a ${b.kind}` }
  if (
    a.kind !== b.kind &&
    ![a, b].some(({ items }) => items.some(isNamedInterval)) &&
    (a.kind === 'union' || b.kind === 'union')
  )
    return { agrees: false, reason: `a ${a.kind} is not a ${b.kind}` }
  if (a.items.length !== b.items.length)
    return { agrees: false, reason: `${b.items.length} elements instead of ${a.items.length}` }
  const isNamed = [a, b].some(({ items }) => symbolsOf(items).size > 1)
  const refusals = new Set<string>()
  const agree = (i: number, j: number): boolean => {
    if (isNamed && symbolOf(a.items[i]) !== symbolOf(b.items[j])) return false
    const { agrees, reason } = elementsAgree(a.items[i], b.items[j], budget)
    if (!agrees) refusals.add(reason)
    return agrees
  }
  const agrees = perfectMatching(a.items.length, agree, budget)
  return { agrees, reason: agrees ? 'the same elements' : `different elements: ${[...refusals].join('; ')}` }
}

/** An element that cannot be read agrees with no other: the rest may still match. */
function elementsAgree(a: Structure, b: Structure, budget: StepBudget): Equivalence {
  try {
    return structuresAgree(a, b, budget)
  } catch (thrown) {
    if (!(thrown instanceof NotGradable)) throw thrown
    // throws again where it was the budget that ran out
    budget.spend(0)
    return { agrees: false, reason: thrown.message }
  }
}

function symbolOf(item: Structure): string | null {
  return item.kind === 'assignment' ? item.symbol : null
}

function symbolsOf(items: readonly Structure[]): ReadonlySet<string> {
  return new Set(items.map(symbolOf).filter((symbol) => symbol !== null))
}

function isInterval(item: Structure): boolean {
  return item.kind === 'tuple' || isNamedInterval(item) || item.kind === 'set'
}

/** x < 1 or x > 2 stands for a union; (1, 2), (3, 4) are points. */
function isNamedInterval(item: Structure): boolean {
  return item.kind === 'relation' && asInterval(item) !== null
}

function inequalitiesAgree(a: Structure, b: Structure, budget: StepBudget): Equivalence {
  if (a.kind === 'relation' && b.kind === 'relation') return relationsAgree(a, b, budget)
  const [relation, other] = a.kind === 'relation' ? [a, b] : [b, a]
  const interval = relation.kind === 'relation' ? asInterval(relation) : null
  if (!interval || other.kind !== 'tuple') return { agrees: false, reason: `a ${a.kind} is not a ${b.kind}` }
  return a.kind === 'relation'
    ? sameKindAgree(interval, other, budget)
    : sameKindAgree(other, interval, budget)
}

function sameKindAgree(a: Structure, b: Structure, budget: StepBudget): Equivalence {
  if (a.kind === 'tuple' && b.kind === 'tuple') {
    if (a.open !== b.open || a.close !== b.close) return { agrees: false, reason: 'different brackets' }
    return inOrder(a.items, b.items, budget)
  }
  if (a.kind === 'ratio' && b.kind === 'ratio') return inOrder(a.items, b.items, budget)
  if (a.kind !== 'matrix' || b.kind !== 'matrix') return { agrees: false, reason: 'not comparable' }
  const sameShape = a.rows.map((row) => row.length).join() === b.rows.map((row) => row.length).join()
  if (!sameShape || a.isDeterminant !== b.isDeterminant) return { agrees: false, reason: 'different shapes' }
  return inOrder(a.rows.flat(), b.rows.flat(), budget)
}

function inOrder(a: readonly Structure[], b: readonly Structure[], budget: StepBudget): Equivalence {
  if (a.length !== b.length) return { agrees: false, reason: `${b.length} elements instead of ${a.length}` }
  for (const [i, item] of a.entries()) {
    const inner = structuresAgree(item, b[i], budget)
    if (!inner.agrees) return { agrees: false, reason: `element ${i + 1}: ${inner.reason}` }
  }
  return { agrees: true, reason: 'the same elements in order' }
}
