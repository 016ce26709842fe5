import { NotGradable } from '../budget.ts'
import type { Expression } from '../numbers/expression.ts'
import type { FormulaReader } from './formulaReader.ts'
import { readSubscript } from './formulaReader.ts'
import { readDigits, repeatingValue } from '../numbers/numeral.ts'
import type { Rational } from '../numbers/rational.ts'
import { add, rational } from '../numbers/rational.ts'
import type { TokenCursor } from './tokens/tokenCursor.ts'

/** A number with what may belong to it: a base, a repeating part, the fraction of a mixed number. */
export function readNumber({ cursor }: FormulaReader, { mixed }: { readonly mixed: boolean }): Expression {
  const { text } = cursor.next()
  const period = readPeriod(cursor)
  if (period !== null) return { kind: 'number', value: repeatingValue(text, period) }
  if (cursor.isSymbol('_'))
    return { kind: 'based', digits: text.replace(/^0+(?=\d)/, ''), base: readSubscript(cursor).slice(1) }
  const numeral = readDigits(text)
  if (!numeral) throw new NotGradable(`${text} is too large`)
  const fraction = mixed && numeral.form === 'integer' ? readMixedPart(cursor) : null
  return { kind: 'number', value: fraction ? add(numeral.value, fraction) : numeral.value }
}

function readPeriod(cursor: TokenCursor): string | null {
  const point = cursor.isSymbol('.') ? 1 : 0
  const isMark = cursor.isAt('command', 'overline', point) || cursor.isAt('command', 'dot', point)
  const hasPoint = point === 1 || cursor.peek(-1)?.text.includes('.') === true
  if (!isMark || !hasPoint) return null
  const isBraced = cursor.isSymbol('{', point + 1)
  const digits = cursor.peek(point + (isBraced ? 2 : 1))
  if (digits?.kind !== 'number' || !/^\d+$/.test(digits.text)) return null
  for (let i = 0; i < point + (isBraced ? 3 : 2); i++) cursor.next()
  if (isBraced) cursor.expectSymbol('}')
  return digits.text
}

/**
 * A proper fraction of two literal integers behind an integer is added to it: `2\frac{1}{2}`, `2\frac12`,
 * `2 1/2`.
 */
function readMixedPart(cursor: TokenCursor): Rational | null {
  const part = cursor.isAt('command', 'frac') ? peekFraction(cursor) : peekSlash(cursor)
  if (part === null) return null
  const [over, under] = [BigInt(part.over), BigInt(part.under)]
  if (over >= under) return null
  for (let i = 0; i < part.tokens; i++) cursor.next()
  return rational(over, under)
}

interface PeekedFraction {
  readonly over: string
  readonly under: string
  readonly tokens: number
}

/** A slash fraction needs room before it: `2 1/2`. */
function peekSlash(cursor: TokenCursor): PeekedFraction | null {
  const over = peekInteger(cursor, 0)
  const under = peekInteger(cursor, 2)
  if (over === null || under === null || !cursor.isSymbol('/', 1) || cursor.peek()?.gap === 'none')
    return null
  return { over, under, tokens: 3 }
}

function peekFraction(cursor: TokenCursor): PeekedFraction | null {
  const digits = peekInteger(cursor, 1)
  if (digits?.length === 2) return { over: digits.charAt(0), under: digits.charAt(1), tokens: 2 }
  const over = peekArgument(cursor, 1)
  const under = over && peekArgument(cursor, 1 + over.tokens)
  return under ? { over: over.text, under: under.text, tokens: 1 + over.tokens + under.tokens } : null
}

function peekArgument(cursor: TokenCursor, ahead: number): { text: string; tokens: number } | null {
  const bare = peekInteger(cursor, ahead)
  if (bare !== null) return bare.length === 1 ? { text: bare, tokens: 1 } : null
  const text = peekInteger(cursor, ahead + 1)
  const isGroup = cursor.isSymbol('{', ahead) && cursor.isSymbol('}', ahead + 2)
  return isGroup && text !== null ? { text, tokens: 3 } : null
}

function peekInteger(cursor: TokenCursor, ahead: number): string | null {
  const token = cursor.peek(ahead)
  return token?.kind === 'number' && /^\d+$/.test(token.text) ? token.text : null
}
