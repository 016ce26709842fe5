/**
 * An answer as tokens. Reading LaTeX by tokens, not by text replacement, is what keeps `2 1/2` apart from
 * `21/2`, `\frac1112` from 11/12, and a word from a product of letters.
 */
import type { StepBudget } from '../../budget.ts'
import { NotGradable } from '../../budget.ts'
import { withBasesAsSubscripts } from '../bases.ts'
import { plainCharacters } from './characters.ts'
import { readBackslash } from './commandTokens.ts'
import { rewriteInfix } from '../infix.ts'
import { readWord } from './textTokens.ts'
import type { Token } from './token.ts'
import { isJoiner, isSymbol, symbolToken } from './token.ts'
import type { Step, TokenSource } from './tokenSource.ts'
import { symbolStep } from './tokenSource.ts'
import { withoutFence, withoutMarks } from '../wrapping.ts'

const maxLength = 300
const maxTextDepth = 8

/** @throws NotGradable for an answer longer than 300 characters, or with braces of text that never close */
export function tokenize(answer: string, budget: StepBudget): readonly Token[] {
  if (answer.length > 4 * maxLength) throw new NotGradable(`longer than ${maxLength} characters`)
  const text = singleBackslashes(withoutMarks(plainCharacters(withoutFence(answer)))).trim()
  if (text.length > maxLength) throw new NotGradable(`longer than ${maxLength} characters`)
  const tokens = joinTexts(withoutIdleGroups(readTokens(text, { inText: false, depth: 0, budget })))
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
  // $ opens and closes formulas, a currency's $ says nothing that the number does not, nor do quotes; but
  // 5"000 is no 5000
  const isQuiet = character === '$' || character === '"' || character === '`'
  if (isQuiet && !/\d.\d/.test(text.slice(Math.max(0, at - 1), at + 2))) return { tokens: [], next: at + 1 }
  // a power and relations as programs write them; 6!=720 has a factorial
  if (text.startsWith('**', at)) return symbolStep('^', at + 2)
  const relation =
    character === '!' && text[at - 1] !== ' ' ? undefined : plainRelations[text.slice(at, at + 2)]
  if (relation !== undefined) return { tokens: [relation], next: at + 2 }
  if (character === ',' && text.startsWith('\\!', at + 1)) return symbolStep('{,}', at + 3)
  if (text.startsWith('{,}', at)) return symbolStep('{,}', at + 3)
  return symbolStep(character, at + 1)
}

const plainRelations: Readonly<Record<string, Token | undefined>> = {
  '<=': { kind: 'command', text: 'le', gap: 'none' },
  '>=': { kind: 'command', text: 'ge', gap: 'none' },
  '!=': { kind: 'command', text: 'ne', gap: 'none' },
  '==': { kind: 'symbol', text: '=', gap: 'none' },
}

/**
 * `12`, `1.5`, `.5`; also `1.5e3`. `2e-1` stays 2·e − 1: only a mantissa of 1 or with a point may have a
 * signed exponent.
 */
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

/** 10{},000 and 10{\,}000 hide nothing in their groups, and 10{\text{,}}000 a comma that takes no room. */
function withoutIdleGroups(tokens: readonly Token[]): readonly Token[] {
  const plain: Token[] = []
  for (let at = 0; at < tokens.length; at++) {
    const last = plain.at(-1)
    // the group of \frac1{} is an argument
    const isDigits = last?.kind === 'number' && plain.at(-2)?.kind !== 'command'
    const isBehindDigits = isDigits || isSymbol(last, ',')
    const isOpen = isBehindDigits && isSymbol(tokens[at], '{')
    if (isOpen && isSymbol(tokens[at + 1], '}')) at++
    else if (isOpen && isSymbol(tokens[at + 1], ',') && isSymbol(tokens[at + 2], '}')) {
      plain.push(symbolToken('{,}'))
      at += 2
    } else plain.push(tokens[at])
  }
  return plain
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
