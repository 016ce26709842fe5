import type { Expression } from '../numbers/expression.ts'
import type { TokenCursor } from './tokens/tokenCursor.ts'

/** The rules of the grammar, as the readers of numbers and commands call them back. */
export interface FormulaReader {
  readonly cursor: TokenCursor
  readonly sum: () => Expression
  readonly power: () => Expression
  readonly primary: () => Expression
  readonly exponent: () => Expression
  /** Argument of a function without brackets: \sin 2x */
  readonly bareArgument: () => Expression
}

/** `_1`, `_{12}`, `_{n+1}` as part of a name; empty where there is none. */
export function readSubscript(cursor: TokenCursor): string {
  if (!cursor.takeSymbol('_')) return ''
  if (!cursor.takeSymbol('{')) return `_${cursor.next().text}`
  let name = '_'
  while (!cursor.takeSymbol('}')) name += cursor.next().text
  return name
}
