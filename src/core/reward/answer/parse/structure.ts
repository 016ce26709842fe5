/**
 * What kind of thing an answer is, before any number in it is read: list, set, pair, matrix, union, relation,
 * leaf.
 */
import { NotGradable } from '../budget.ts'
import { expandPlusMinus } from './plusMinus.ts'
import { isJoiner, isSymbol, symbolToken } from './tokens/token.ts'
import type { Token } from './tokens/token.ts'
import { findClosing, isWrapped, splitTop } from './tokens/tokenGroups.ts'

export type Structure =
  | { readonly kind: 'leaf'; readonly tokens: readonly Token[] }
  /** Unordered: `1, 2`, `3 and −2`, ±3. */
  | { readonly kind: 'list'; readonly items: readonly Structure[] }
  | { readonly kind: 'set'; readonly items: readonly Structure[] }
  /** Ordered: an open interval is written like a pair, so one kind serves both. */
  | {
      readonly kind: 'tuple'
      readonly open: string
      readonly close: string
      readonly items: readonly Structure[]
    }
  | {
      readonly kind: 'matrix'
      readonly isDeterminant: boolean
      readonly rows: readonly (readonly Structure[])[]
    }
  | { readonly kind: 'union'; readonly items: readonly Structure[] }
  /**
   * Of finite sets; all others are leaves. The difference is the first (or the real line) without the second.
   */
  | { readonly kind: 'intersection' | 'difference'; readonly items: readonly Structure[] }
  | { readonly kind: 'ratio'; readonly items: readonly Structure[] }
  /** `x = 5`, `f(x) = 2x`, `x ∈ [1, 2]`: one symbol and what it is. */
  | {
      readonly kind: 'assignment'
      readonly symbol: string
      readonly value: Structure
      readonly tokens: readonly Token[]
    }
  | {
      readonly kind: 'relation'
      readonly operators: readonly string[]
      readonly sides: readonly (readonly Token[])[]
    }

const maxDepth = 12

/** @throws NotGradable where an element is missing or the nesting is too deep */
export function readStructure(tokens: readonly Token[], depth = 0): Structure {
  if (depth > maxDepth) throw new NotGradable('lists nested too deep')
  const inner = unwrap(tokens)
  if (inner.length === 0) throw new NotGradable('an element is empty')
  const items = splitTop(inner, isSeparator)
  if (items.length > 1) return { kind: 'list', items: flatten(dropEmptyBeforeJoiner(items), depth) }
  return readRelation(inner, depth) ?? readSigns(inner, depth) ?? readCompound(inner, depth)
}

/** Outer braces, a final full stop or comma. */
function unwrap(tokens: readonly Token[]): readonly Token[] {
  let inner = tokens
  for (;;) {
    const last = inner.at(-1)
    const isPunctuation = last?.kind === 'symbol' && ['.', ',', ';', ':', '?'].includes(last.text)
    if (isPunctuation) inner = inner.slice(0, -1)
    else if (isWrapped(inner, '{')) inner = inner.slice(1, -1)
    else return inner
  }
}

function isSeparator(token: Token): boolean {
  return isJoiner(token) || (token.kind === 'symbol' && [',', ';', '{,}'].includes(token.text))
}

/** In `3, and 4` nothing stands between the comma and the joiner. */
function dropEmptyBeforeJoiner(items: readonly (readonly Token[])[]): readonly (readonly Token[])[] {
  return items.filter((item, i) => item.length > 0 || i === 0 || i === items.length - 1)
}

function flatten(items: readonly (readonly Token[])[], depth: number): readonly Structure[] {
  return items.flatMap((item) => {
    const read = readStructure(item, depth + 1)
    return read.kind === 'list' ? read.items : [read]
  })
}

const relationOperators: Readonly<Record<string, string>> = {
  '=': '=',
  '<': '<',
  '>': '>',
  le: '≤',
  ge: '≥',
  ne: '≠',
  equiv: '≡',
  approx: '≈',
  in: '∈',
  sim: '~',
  to: '→',
  mid: '|',
}

function operatorOf(token: Token): string | null {
  if (token.kind !== 'symbol' && token.kind !== 'command') return null
  return Object.hasOwn(relationOperators, token.text) ? relationOperators[token.text] : null
}

function readRelation(tokens: readonly Token[], depth: number): Structure | null {
  const sides = splitTop(tokens, (token) => operatorOf(token) !== null)
  if (sides.length === 1) return null
  // \{x \mid x > 2\} and the like are compared as written
  const operators = topOperators(tokens, sides)
  if (sides.some((side) => side.length === 0)) throw new NotGradable('a relation without one of its sides')
  const [left, right] = sides
  if (operators.length === 1 && (operators[0] === '=' || operators[0] === '∈')) {
    const [symbol, value] = symbolOf(left) === null && isConstant(left) ? [right, left] : [left, right]
    const name = symbolOf(symbol)
    if (name !== null)
      return { kind: 'assignment', symbol: name, value: readStructure(value, depth + 1), tokens }
  }
  return { kind: 'relation', operators, sides }
}

function topOperators(tokens: readonly Token[], sides: readonly (readonly Token[])[]): readonly string[] {
  let at = 0
  return sides.slice(0, -1).map((side) => {
    at += side.length
    return operatorOf(tokens[at++]) ?? ''
  })
}

/** `x`, `x_1`, `\theta`, `f(x)`, `P(A)`, words; null for anything longer. */
function symbolOf(side: readonly Token[]): string | null {
  const key = side.map(({ text }) => text).join(' ')
  if (side.length === 1 && side[0].kind === 'text') return key
  // ∠ABC and (x, y)
  if (/^(?:m )?angle(?: [A-Z])+$|^\( [a-zA-Z](?: , [a-zA-Z])+ \)$/.test(key)) return key
  const isName =
    /^(?:[a-zA-Z]|[a-z]{2,})(?: '+)?(?: _ (?:\{ [^{}]* \}|\S+))?(?:(?: \^ \{ - 1 \})? \( [a-zA-Z] \))?$/.test(
      key,
    )
  const isNamed = side[0]?.kind === 'letter' || (side[0]?.kind === 'command' && side[0].text !== 'pi')
  return isName && isNamed ? key.replace(/ _ \{ ([^{}]*) \}/, ' _ $1') : null
}

function isConstant(side: readonly Token[]): boolean {
  return side.every(({ kind, text }) => kind !== 'letter' || text === 'e' || text === 'i')
}

const intervals: Readonly<Record<string, readonly string[]>> = { '(': [')', ']'], '[': [')', ']'] }

function readCompound(tokens: readonly Token[], depth: number): Structure {
  const read = readUnion(tokens, depth) ?? readBrackets(tokens, depth) ?? readMatrix(tokens, depth)
  return read ?? readRatio(tokens, depth) ?? { kind: 'leaf', tokens }
}

function readUnion(tokens: readonly Token[], depth: number): Structure | null {
  const parts = splitTop(tokens, (token, i) => isUnionSign(token, tokens[i - 1], tokens[i + 1]))
  if (parts.length > 1) return { kind: 'union', items: parts.map((part) => readStructure(part, depth + 1)) }
  const operation = readSetOperation(tokens, depth)
  if (operation !== null) return operation
  const [only] = tokens
  if (tokens.length > 1 || only.kind !== 'command') return null
  if (only.text === 'emptyset') return { kind: 'set', items: [] }
  if (only.text !== 'mathbb R') return null
  return { kind: 'tuple', open: '(', close: ')', items: [minusInfinity, infinity] }
}

const infinityToken: Token = { kind: 'command', text: 'infty', gap: 'none' }
export const infinity: Structure = { kind: 'leaf', tokens: [infinityToken] }
export const minusInfinity: Structure = { kind: 'leaf', tokens: [symbolToken('-'), infinityToken] }

/**
 * {1, 2} ∩ {2, 3} and {1, 2} ∖ {2}; null for events and intervals, and where both signs stand side by side.
 */
function readSetOperation(tokens: readonly Token[], depth: number): Structure | null {
  const common = splitTop(tokens, ({ kind, text }) => kind === 'command' && text === 'cap')
  const without = splitTop(tokens, (token, i) => isDifferenceSign(token, tokens[i - 1], tokens[i + 1]))
  const [kind, parts] =
    common.length > 1 ? (['intersection', common] as const) : (['difference', without] as const)
  if (parts.length === 1 || (common.length > 1 && without.length > 1)) return null
  if (kind === 'difference' && parts.length > 2) return null
  if (parts.some((part) => part.length === 0)) return null
  const items = parts.map((part) => readStructure(part, depth + 1))
  const isOfReals = kind === 'difference' && isRealLine(parts[0]) && isFiniteSet(items[1])
  return isOfReals || items.every(isFiniteSet) ? { kind, items } : null
}

function isRealLine([first, ...others]: readonly Token[]): boolean {
  return others.length === 0 && first.kind === 'command' && first.text === 'mathbb R'
}

function isFiniteSet(structure: Structure): boolean {
  const isOperation = ['union', 'intersection', 'difference'].includes(structure.kind)
  return (
    structure.kind === 'set' || (isOperation && 'items' in structure && structure.items.every(isFiniteSet))
  )
}

function isDifferenceSign(token: Token, before: Token | undefined, after: Token | undefined): boolean {
  if (token.kind === 'command') return token.text === 'setminus'
  const isBehindSet = isSymbol(before, '\\}') || before?.text === 'mathbb R'
  return isSymbol(token, '-') && isBehindSet && isSymbol(after, '\\{')
}

/** \cup, or the letter U between brackets. */
function isUnionSign(token: Token, before: Token | undefined, after: Token | undefined): boolean {
  if (token.kind === 'command') return token.text === 'cup'
  const isBetween =
    [')', ']', '\\}'].includes(before?.text ?? '') && ['(', '[', '\\{'].includes(after?.text ?? '')
  return token.kind === 'letter' && token.text === 'U' && isBetween
}

function readBrackets(tokens: readonly Token[], depth: number): Structure | null {
  const open = tokens[0].text
  const close = tokens[tokens.length - 1].text
  if (tokens.length < 2 || findClosing(tokens, 0) !== tokens.length - 1) return null
  const inner = tokens.slice(1, -1)
  // \left[\begin{array}…\end{array}\right]
  if (inner[0]?.kind === 'begin' && findClosing(inner, 0) === inner.length - 1)
    return readMatrix(inner, depth)
  if (open === '\\{' && close === '\\}') {
    if (inner.length === 0) return { kind: 'set', items: [] }
    if (inner.some(({ text }) => text === 'mid' || text === '|' || text === ':')) return null
    return { kind: 'set', items: flatten(splitTop(inner, isSeparator), depth) }
  }
  const isVector = open === 'langle' && close === 'rangle'
  if (open === '(' && close === ')' && inner.some(isSetSign)) return readOperationIn(inner, depth)
  const items = splitTop(inner, isSeparator)
  if (items.length < 2 || !(isVector || intervals[open]?.includes(close))) return null
  return { kind: 'tuple', open, close, items: items.map((item) => readStructure(item, depth + 1)) }
}

function isSetSign({ kind, text }: Token): boolean {
  return kind === 'command' && ['cup', 'cap', 'setminus'].includes(text)
}

/** ({1} ∪ {2}), as a part of a longer operation. */
function readOperationIn(inner: readonly Token[], depth: number): Structure | null {
  if (splitTop(inner, isSetSign).length === 1) return null
  const read = readStructure(inner, depth + 1)
  return ['union', 'intersection', 'difference'].includes(read.kind) ? read : null
}

function readMatrix(tokens: readonly Token[], depth: number): Structure | null {
  const [first] = tokens
  if (first.kind !== 'begin' || !/^(?:[pbvBV]?(?:small)?matrix\*?|array)$/.test(first.text)) return null
  const brackets = tokens.at(-1)?.kind === 'end' && findClosing(tokens, 0) === tokens.length - 1
  if (!brackets) return null
  const lines = splitTop(tokens.slice(1, -1), ({ kind, text }) => kind === 'symbol' && text === '\\\\')
  const filled = lines.at(-1)?.length === 0 ? lines.slice(0, -1) : lines
  const rows = filled.map((line) =>
    splitTop(line, ({ kind, text }) => kind === 'symbol' && text === '&').map((cell) =>
      readStructure(cell, depth + 1),
    ),
  )
  return { kind: 'matrix', isDeterminant: first.text.startsWith('v') || first.text.startsWith('V'), rows }
}

/** 3:4 is compared part by part: 8:30 is a time and not 16:60. */
function readRatio(tokens: readonly Token[], depth: number): Structure | null {
  const parts = splitTop(tokens, ({ kind, text }) => kind === 'symbol' && text === ':')
  if (parts.length === 1) return null
  return { kind: 'ratio', items: parts.map((part) => readStructure(part, depth + 1)) }
}

/** ±3 is the list 3, −3; (±3, 0) the list of both points. */
function readSigns(tokens: readonly Token[], depth: number): Structure | null {
  const choices = expandPlusMinus(tokens)
  if (choices === null) return null
  return { kind: 'list', items: choices.map((chosen) => readStructure(chosen, depth + 1)) }
}
