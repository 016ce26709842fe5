/** The letters of a question with choices, with the text of the choice or without. */
import type { StepBudget } from './budget.ts'
import type { Equivalence } from './equivalence.ts'
import type { Token } from './parse/tokens/token.ts'
import { isSymbol, tokensKey } from './parse/tokens/token.ts'

export interface Choice {
  readonly letter: string
  /** Written as a choice, in brackets or as text, rather than as a bare letter that may be a variable. */
  readonly isMarked: boolean
}

/** `(A)`, `\text{B}`, `[C]`, `D.`, `option E`; null for anything but one letter from A to J. */
export function readChoice(tokens: readonly Token[]): Choice | null {
  const { isNamed, rest } = withoutName(tokens)
  const inner = rest.filter(
    ({ kind, text }) => kind !== 'symbol' || !['(', ')', '[', ']', '.', ':'].includes(text),
  )
  const [only] = inner
  if (
    inner.length !== 1 ||
    !(only.kind === 'letter' || only.kind === 'text') ||
    !/^[A-Ja-j]$/.test(only.text)
  )
    return null
  return { letter: only.text.toUpperCase(), isMarked: isNamed || only.kind === 'text' || rest.length > 1 }
}

/** Two answers that are nothing but a letter; null where one is more, or neither is marked as a choice. */
export function bareChoicesAgree(known: readonly Token[], given: readonly Token[]): Equivalence | null {
  const [a, b] = [readChoice(known), readChoice(given)]
  if (!a || !b || (!a.isMarked && !b.isMarked)) return null
  return sameLetter(a.letter, b.letter)
}

function sameLetter(a: string, b: string): Equivalence {
  return a === b ? { agrees: true, reason: 'same choice' } : { agrees: false, reason: 'different choices' }
}

interface LabelledChoice {
  readonly letter: string
  /** What the choice says. */
  readonly rest: readonly Token[]
}

/**
 * `(E) 12`, `E) none of these`, `E. 12`, `E: text`, `option E: 12`; a small letter needs room behind its
 * mark.
 */
function readLabelled(tokens: readonly Token[]): LabelledChoice | null {
  const { rest } = withoutName(tokens)
  const isBracketed = isSymbol(rest[0], '(') || isSymbol(rest[0], '[')
  const label = rest[isBracketed ? 1 : 0]
  const mark = rest[isBracketed ? 2 : 1]
  const marks = isBracketed ? [isSymbol(rest[0], '(') ? ')' : ']'] : [')', '.', ':']
  if (mark?.kind !== 'symbol' || !marks.includes(mark.text) || !isLabelLetter(label)) return null
  const from = isBracketed ? 3 : 2
  const behind = isBracketed && isPunctuation(rest[from]) ? from + 1 : from
  const text = rest.slice(behind)
  const letter = label.text.toUpperCase()
  const isCapital = label.kind === 'text' || label.text === letter
  const needsRoom = !isCapital || (mark.text !== ')' && !isBracketed)
  return text.length === 0 || (needsRoom && !startsApart(text)) || hasOtherLabel(text, letter)
    ? null
    : { letter, rest: text }
}

/** A:B is a ratio and A.B a product; `A: B` may be either and is not read as a choice. */
function startsApart([first, second]: readonly Token[]): boolean {
  if (first === undefined || (first.gap === 'none' && first.kind !== 'text')) return false
  return second !== undefined || first.kind !== 'letter'
}

function withoutName(tokens: readonly Token[]): {
  readonly isNamed: boolean
  readonly rest: readonly Token[]
} {
  const isNamed =
    tokens[0]?.kind === 'text' && /^(?:option|choice|answer|answer choice)$/.test(tokens[0].text)
  return { isNamed, rest: isNamed ? tokens.slice(1) : tokens }
}

function isLabelLetter(token: Token | undefined): token is Token {
  return (token?.kind === 'letter' || token?.kind === 'text') && /^[A-Ja-j]$/.test(token.text)
}

function isPunctuation(token: Token | undefined): boolean {
  return token?.kind === 'symbol' && ['.', ':', ','].includes(token.text)
}

/** `E) 12 D) 13` hedges; P(A) inside a text is no label. */
function hasOtherLabel(text: readonly Token[], letter: string): boolean {
  return text.some((token, i) => {
    if (!isLabelLetter(token) || token.text.toUpperCase() === letter) return false
    const after = text[i + 1]
    const isArgument = isSymbol(text[i - 1], '(') && ['letter', 'command'].includes(text[i - 2]?.kind ?? '')
    return after?.kind === 'symbol' && [')', '.', ':'].includes(after.text) && !isArgument
  })
}

export type CompareTokens = (
  known: readonly Token[],
  given: readonly Token[],
  budget: StepBudget,
) => Equivalence

/**
 * A choice with its text against a letter, another such choice, or what the choice says. Where both say a
 * letter it must be the same one, and where both say a text the texts must agree too.
 *
 * @returns null where neither answer is a choice with its text
 */
export function labelledChoicesAgree(
  known: readonly Token[],
  given: readonly Token[],
  { compare, budget }: { readonly compare: CompareTokens; readonly budget: StepBudget },
): Equivalence | null {
  const [a, b] = [readLabelled(known), readLabelled(given)]
  if (a === null && b === null) return null
  const [letterA, letterB] = [a ?? readChoice(known), b ?? readChoice(given)].map((choice) => choice?.letter)
  if (letterA !== undefined && letterB !== undefined) {
    const isSame = letterA === letterB
    if (!isSame || a === null || b === null || tokensKey(a.rest) === tokensKey(b.rest))
      return sameLetter(letterA, letterB)
  }
  return compare(a?.rest ?? known, b?.rest ?? given, budget)
}
