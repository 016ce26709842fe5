/**
 * The base of a number as its subscript, whatever it was written as: 42_{(5)}, 42_{\text{five}}, 42 base 5.
 */
import type { Token } from './tokens/token.ts'
import { isSymbol, symbolToken } from './tokens/token.ts'

const words =
  'two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen'.split(' ')

export function withBasesAsSubscripts(tokens: readonly Token[]): readonly Token[] {
  const isNeeded = tokens.some((token) => isSymbol(token, '_') || isBaseWord(token))
  if (!isNeeded) return tokens
  const plain: Token[] = []
  for (let at = 0; at < tokens.length; at++) {
    const before = plain.at(-1)
    const base =
      before?.kind === 'number' || isSymbol(before, ')')
        ? (bracketedAt(tokens, at) ?? baseAt(tokens, at))
        : null
    if (base === null) plain.push(tokens[at])
    else {
      plain.push(symbolToken('_'), symbolToken('{'), base.token, symbolToken('}'))
      at = base.end
    }
  }
  return plain
}

function isBaseWord({ kind, text }: Token): boolean {
  return kind === 'text' && /^(?:in )?base\b/.test(text)
}

/** 101 (base 2) and 101_{\text{base }2} */
function bracketedAt(
  tokens: readonly Token[],
  at: number,
): { readonly token: Token; readonly end: number } | null {
  const from = isSymbol(tokens[at], '(')
    ? at + 1
    : isSymbol(tokens[at], '_') && isSymbol(tokens[at + 1], '{')
      ? at + 2
      : 0
  const inner = from > 0 && from < tokens.length && isBaseWord(tokens[from]) ? baseAt(tokens, from) : null
  const closes = inner !== null && isSymbol(tokens[inner.end + 1], tokens[from - 1].text === '(' ? ')' : '}')
  return closes ? { token: inner.token, end: inner.end + 1 } : null
}

/** @returns the base as a number, and the position of its last token; null where none stands there */
function baseAt(
  tokens: readonly Token[],
  at: number,
): { readonly token: Token; readonly end: number } | null {
  const { kind, text } = tokens[at]
  const written = kind === 'text' ? /^(?:in )?base(?: (.+))?$/.exec(text) : null
  if (written !== null) {
    const next = tokens[at + 1]
    const token = written[1] !== undefined ? numberOfWord(written[1]) : next?.kind === 'number' ? next : null
    return token && { token, end: written[1] === undefined ? at + 1 : at }
  }
  if (!isSymbol(tokens[at], '_')) return null
  if (tokens[at + 1]?.kind === 'text') return baseOfWord(tokens[at + 1], at + 1)
  if (!isSymbol(tokens[at + 1], '{')) return null
  const isBracketed = isSymbol(tokens[at + 2], '(') && isSymbol(tokens[at + 4], ')')
  const from = at + (isBracketed ? 3 : 2)
  const end = from + (isBracketed ? 2 : 1)
  if (!isSymbol(tokens[end], '}')) return null
  const token = tokens[from]
  return token.kind === 'text'
    ? baseOfWord(token, end)
    : isBracketed && token.kind === 'number'
      ? { token, end }
      : null
}

function baseOfWord({ text }: Token, end: number): { readonly token: Token; readonly end: number } | null {
  const token = numberOfWord(text.replace(/^base /, ''))
  return token && { token, end }
}

function numberOfWord(word: string): Token | null {
  const index = words.indexOf(word)
  return index < 0 ? null : { kind: 'number', text: String(index + 2), gap: 'none' }
}
