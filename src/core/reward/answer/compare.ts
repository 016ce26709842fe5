/**
 * Whether an extracted answer is the known one. Order of the rules: same text, then the structure (list, set,
 * pair, interval, matrix, relation), then leaf by leaf: words, choices, exact numbers, formulas.
 *
 * Not symmetric in one place, on purpose: a known answer that is a whole number asks for a numeral, so that
 * `2·3` is no answer to a question whose answer is 6. Known limits: no conversion of units (1 m is not 100
 * cm), of bases or of degrees to radians; a product counts as its expansion, so "factor this" cannot be
 * graded; intervals are not merged.
 */
import { NotGradable, StepBudget } from './budget.ts'
import { labelledChoicesAgree } from './choices.ts'
import { literalRational } from './compareLeaves.ts'
import { structuresAgree } from './compareStructures.ts'
import { compoundsAgree } from './compounds.ts'
import type { Equivalence } from './equivalence.ts'
import { readLeaf } from './parse/leaf.ts'
import { joinThousands, mayBeList } from './parse/thousands.ts'
import { readStructure } from './parse/structure.ts'
import type { Token } from './parse/tokens/token.ts'
import { tokensKey } from './parse/tokens/token.ts'
import { tokenize } from './parse/tokens/tokens.ts'

/** `math`: everything below · `number`: numerals and literal fractions only · `exact`: the same text */
export type Grader = 'math' | 'number' | 'exact'

export interface Agreement {
  readonly agrees: boolean
  /** In plain words, for people: which rule decided. */
  readonly reason: string
}

/** About 50 ms of work at most; an answer of ordinary size takes well under 1 % of it. */
const stepsPerComparison = 100_000

/** Whether an extracted answer equals the known one. Never throws; the known answer comes first. */
export function answersAgree(knownAnswer: string, answer: string, grader: Grader): boolean {
  return explainAgreement(knownAnswer, answer, grader).agrees
}

/** As `answersAgree`, with the rule that decided. */
export function explainAgreement(knownAnswer: string, answer: string, grader: Grader): Agreement {
  if (answer.trim() === '') return { agrees: false, reason: 'empty answer' }
  if (knownAnswer.trim() === answer.trim()) return { agrees: true, reason: 'same text' }
  if (grader === 'exact') return { agrees: false, reason: 'different text' }
  const budget = new StepBudget(stepsPerComparison)
  try {
    return tokensAgree(tokenize(knownAnswer, budget), tokenize(answer, budget), { grader, budget })
  } catch (thrown) {
    if (thrown instanceof NotGradable) return { agrees: false, reason: thrown.message }
    throw thrown
  }
}

interface Setting {
  readonly grader: 'math' | 'number'
  readonly budget: StepBudget
}

function tokensAgree(known: readonly Token[], given: readonly Token[], setting: Setting): Agreement {
  if (known.length === 0 || given.length === 0) return { agrees: false, reason: 'nothing to compare' }
  if (tokensKey(known) === tokensKey(given)) return { agrees: true, reason: 'same text' }
  if (setting.grader === 'number')
    return numbersAgree(joinThousands(known, true), joinThousands(given, true), setting.budget)
  return firstThatAgrees([
    () => valuesOrListsAgree(known, given, setting.budget),
    () => labelledChoicesAgree(known, given, { compare: valuesOrListsAgree, budget: setting.budget }),
    () => compoundsAgree(joinThousands(known, true), joinThousands(given, true), setting.budget),
  ])
}

/** Readings of the two answers, the plainest first; the reasons of all that refuse them. */
function firstThatAgrees(readings: readonly (() => Equivalence | null)[]): Agreement {
  const refusals = new Set<string>()
  for (const compare of readings) {
    const result = refusedIfNotGradable(compare)
    if (result?.agrees) return result
    if (result !== null) refusals.add(result.reason)
  }
  return { agrees: false, reason: [...refusals].join('; ') }
}

function refusedIfNotGradable<T extends Equivalence | null>(compare: () => T): T | Equivalence {
  try {
    return compare()
  } catch (thrown) {
    if (thrown instanceof NotGradable) return { agrees: false, reason: thrown.message }
    throw thrown
  }
}

/** 100,200 may be one number or two: where both sides may be lists, they are tried as lists as well. */
function valuesOrListsAgree(
  known: readonly Token[],
  given: readonly Token[],
  budget: StepBudget,
): Equivalence {
  const numbers = [known, given].map((tokens) => joinThousands(tokens, true))
  const asNumbers = refusedIfNotGradable(() => formulasAgree(numbers[0], numbers[1], budget))
  if (asNumbers.agrees || ![known, given].every(mayBeList)) return asNumbers
  const lists = [known, given].map((tokens) => joinThousands(tokens, false))
  const differs = numbers.some((tokens, i) => tokens.length !== lists[i].length)
  return differs ? formulasAgree(lists[0], lists[1], budget) : asNumbers
}

function formulasAgree(known: readonly Token[], given: readonly Token[], budget: StepBudget): Equivalence {
  return structuresAgree(readStructure(known), readStructure(given), budget)
}

function numbersAgree(known: readonly Token[], given: readonly Token[], budget: StepBudget): Equivalence {
  for (const tokens of [known, given]) {
    const structure = readStructure(tokens)
    const leaf = structure.kind === 'leaf' ? readLeaf(structure.tokens) : null
    if (leaf?.kind !== 'value' || literalRational(leaf, budget) === null)
      return { agrees: false, reason: 'not a plain number' }
  }
  return formulasAgree(known, given, budget)
}
