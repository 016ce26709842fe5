/**
 * An answer as tokens. Reading LaTeX by tokens, not by text replacement, is what keeps `2 1/2` apart from `21/2`,
 * `\frac1112` from 11/12, and a word from a product of letters.
 */
import type { StepBudget } from '../budget.ts'
import { NotGradable } from '../budget.ts'
import { withBasesAsSubscripts } from './bases.ts'
import { plainCharacters } from './characters.ts'
import { readBackslash } from './commandTokens.ts'
import { rewriteInfix } from './infix.ts'
import { readWord } from './textTokens.ts'
import type { Token } from './token.ts'
import { isJoiner } from './token.ts'
import type { Step, TokenSource } from './tokenSource.ts'
import { symbolStep } from './tokenSource.ts'
import { withoutFence, withoutMarks } from './wrapping.ts'

const maxLength = 300
const maxTextDepth = 8

/** @throws NotGradable for an answer longer than 300 characters, or with braces of text that never close */
export function tokenize(answer: string, budget: StepBudget): readonly Token[] {
  if (answer.length > 4 * maxLength) throw new NotGradable(`longer than ${maxLength} characters`)
  const text = singleBackslashes(withoutMarks(plainCharacters(withoutFence(answer)))).trim()
  if (text.length > maxLength) throw new NotGradable(`longer than ${maxLength} characters`)
  const tokens = joinTexts(readTokens(text, { inText: false, depth: 0, budget }))
  return rewriteInfix(withBasesAsSubscripts(tokens))
}

/** JSON-escaped LaTeX has every backslash twice; a matrix has `\\` between its rows. */
function singleBackslashes(text: string): string {
  return text.includes('\\\\begin') || !text.includes('\\begin') ? text.replaceAll('\\\\', '\\') : text
}

interface Reading {
  readonly inText: boolean
  readonly depth: number
  readonly budget: StepBudget
}

function readTokens(text: string, { inText, depth, budget }: Reading): Token[] {
  if (depth > maxTextDepth) throw new NotGradable('text groups nested too deep')
  const source: TokenSource = {
    text,
    inText,
    readInner: (content, isText) => readTokens(content, { inText: isText, depth: depth + 1, budget }),
  }
  const tokens: Token[] = []
  let gap: Token['gap'] = 'none'
  for (let at = 0; at < text.length;) {
    budget.spend()
    const step = readPiece(source, at, tokens.at(-1))
    const [first, ...rest] = step.tokens
    if (first) {
      tokens.push(first.gap === 'none' ? { ...first, gap } : first, ...rest)
      gap = step.gap ?? 'none'
    } else if (step.gap !== undefined && gap !== 'space') gap = step.gap
    at = step.next
  }
  return tokens
}

function readPiece(source: TokenSource, at: number, before: Token | undefined): Step {
  const { text } = source
  const character = text[at]
  if (character === ' ' || character === '~') return { tokens: [], next: at + 1, gap: 'space' }
  if (character === '\\') return readBackslash(source, at)
  if (/[0-9.]/.test(character)) return readNumber(text, at)
  const word = readWord(source, at, before)
  if (word !== null) return word
  // $ opens and closes formulas; a currency's $ says nothing that the number does not. Quotes and backticks say nothing
  if (character === '$' || character === '"' || character === '`') return { tokens: [], next: at + 1 }
  // a power as programs write it
  if (text.startsWith('**', at)) return symbolStep('^', at + 2)
  if (character === ',' && text.startsWith('\\!', at + 1)) return symbolStep('{,}', at + 3)
  if (text.startsWith('{,}', at)) return symbolStep('{,}', at + 3)
  return symbolStep(character, at + 1)
}

/** `12`, `1.5`, `.5`; also `1.5e3`. `2e-1` stays 2·e − 1: only a mantissa of 1 or with a point may have a signed exponent. */
function readNumber(text: string, at: number): Step {
  const digits = /^(?:\d+(?:\.\d+)?|\.\d+)/.exec(text.slice(at))?.[0]
  if (digits === undefined) return symbolStep('.', at + 1)
  const next = at + digits.length
  const exponent = /^[eE]([-+]?)(\d{1,4})(?![\d.A-Za-z])/.exec(text.slice(next))
  const scientific = exponent !== null && (exponent[1] === '' || digits === '1' || digits.includes('.'))
  const token = scientific ? digits + exponent[0].toLowerCase().replace('+', '') : digits
  return {
    tokens: [{ kind: 'number', text: token, gap: 'none' }],
    next: next + (scientific ? exponent[0].length : 0),
  }
}

/** `no` `real` `solutions` become one text; the joiners `and`, `or` stay alone. */
function joinTexts(tokens: readonly Token[]): Token[] {
  const joined: Token[] = []
  for (const token of tokens) {
    const last = joined.at(-1)
    if (token.kind === 'text' && last?.kind === 'text' && !isJoiner(token) && !isJoiner(last))
      joined[joined.length - 1] = { ...last, text: `${last.text} ${token.text}` }
    else joined.push(token)
  }
  return joined
}
