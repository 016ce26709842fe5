import type { Token } from './tokens/token.ts'
import { isJoiner, isSymbol } from './tokens/token.ts'

/**
 * Joins groups of exactly three digits, whatever stands between them: `1,234`, `10{,}000`, `10,\!000`,
 * `10,\! 000`, `10\,000`, `10 000`, `10'000`, `10_000`, `1.234.567`; and Indian groups, `12,34,567`. A plain
 * comma joins only outside brackets, since (1,234) is a pair.
 *
 * @param joinPlainCommas  false reads `100,200` as a list of two
 */
export function joinThousands(tokens: readonly Token[], joinPlainCommas: boolean): Token[] {
  const joined: Token[] = []
  let depth = 0
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at]
    if (isOpening(token)) depth++
    if (isClosing(token)) depth--
    const length = groupedLength(tokens, at, joinPlainCommas && depth === 0)
    if (length === 1) joined.push(token)
    else joined.push({ ...token, text: joinedDigits(tokens.slice(at, at + length)) })
    at += length
  }
  return joined
}

/** Whether an answer may be read as a list: 100,200 is one number or two, but 1,000 is one. */
export function mayBeList(tokens: readonly Token[]): boolean {
  const isGroup = tokens.some(
    (token, i) => isSymbol(tokens[i - 1], ',') && token.gap === 'none' && /^0\d/.test(token.text),
  )
  return !isGroup && tokens.some((token) => isSymbol(token, ',') || isSymbol(token, ';') || isJoiner(token))
}

function isOpening({ kind, text }: Token): boolean {
  return kind === 'symbol' && (text === '(' || text === '[' || text === '\\{')
}

function isClosing({ kind, text }: Token): boolean {
  return kind === 'symbol' && (text === ')' || text === ']' || text === '\\}')
}

function joinedDigits(tokens: readonly Token[]): string {
  const digits = tokens.filter(({ kind }) => kind === 'number').map(({ text }) => text)
  const isPointed = digits.every((text) => text.includes('.'))
  return isPointed ? digits.join('').replaceAll('.', '') : digits.join('')
}

/** What may stand between two groups. */
type Separator = 'comma' | 'comma and space' | 'room' | "'" | '_'

/** How many tokens from `start` on are one number; 1 where none follow. */
function groupedLength(tokens: readonly Token[], start: number, plainCommas: boolean): number {
  const [first, before, second] = [tokens[start], tokens[start - 1], tokens[start + 1]]
  // the group must begin the number: 12,345,678 is not read from its second group on
  if (first.kind !== 'number' || second === undefined || before?.kind === 'number') return 1
  if (before?.text === '_' || before?.text === '^') return 1
  if (first.text.includes('.')) return pointedLength(tokens, start)
  if (!/^[1-9]\d{0,2}$/.test(first.text)) return 1
  const separator = separatorAt(tokens, start + 1, plainCommas)
  if (separator === null) return 1
  const western = westernLength(tokens, start, { separator, plainCommas })
  return western === 1 && separator === 'comma' ? indianLength(tokens, start, plainCommas) : western
}

interface Grouping {
  readonly separator: Separator
  readonly plainCommas: boolean
}

function separatorAt(tokens: readonly Token[], at: number, plainCommas: boolean): Separator | null {
  const [token, next] = [tokens[at], tokens[at + 1]]
  if (token?.kind === 'number') return 'room'
  if (token?.kind !== 'symbol' || next?.kind !== 'number') return null
  // ,\! and {,} make no room of their own: what room follows them is the same number's
  if (token.text === '{,}') return 'comma'
  if (token.text === ',' && plainCommas && token.gap === 'none')
    return next.gap === 'space' ? 'comma and space' : 'comma'
  const isTight = token.gap === 'none' && next.gap === 'none'
  return isTight && (token.text === "'" || token.text === '_') ? token.text : null
}

function westernLength(tokens: readonly Token[], start: number, grouping: Grouping): number {
  const { separator, plainCommas } = grouping
  let end = start + 1
  while (separatorAt(tokens, end, plainCommas) === separator) {
    const group = tokens[separator === 'room' ? end : end + 1]
    if (!/^\d{3}(?:\.\d+)?$/.test(group.text)) break
    end += separator === 'room' ? 1 : 2
    if (group.text.includes('.')) break
  }
  const groups = tokens.slice(start + 1, end).filter(({ kind }) => kind === 'number')
  if (groups.length === 0 || isSpoilt(tokens, end, plainCommas)) return 1
  // 1, 234 is a list, but no list has an element 000
  if (separator === 'comma and space' && !groups.some(({ text }) => text.startsWith('0'))) return 1
  return separator === 'room' && !mayJoinAcrossRoom(tokens, start, end) ? 1 : end - start
}

/** 1,234,56 and 1 234 56 are no numbers with thousands. */
function isSpoilt(tokens: readonly Token[], end: number, plainCommas: boolean): boolean {
  const separator = separatorAt(tokens, end, plainCommas)
  return separator !== null && separator !== 'comma and space'
}

const takesArgument = new Set(['frac', 'sqrt', 'binom', '}'])

/** 2 100/300 is a mixed number; in \frac12 345 the first digits are an argument. */
function mayJoinAcrossRoom(tokens: readonly Token[], start: number, end: number): boolean {
  return !isSymbol(tokens[end], '/') && !takesArgument.has(tokens[start - 1]?.text ?? '')
}

/** 1,00,000 and 12,34,567: groups of two digits, the last of three. */
function indianLength(tokens: readonly Token[], start: number, plainCommas: boolean): number {
  if (!/^\d{1,2}$/.test(tokens[start].text)) return 1
  let end = start + 1
  while (separatorAt(tokens, end, plainCommas) === 'comma' && /^\d\d$/.test(tokens[end + 1].text)) end += 2
  const isGrouped = end > start + 1 && separatorAt(tokens, end, plainCommas) === 'comma'
  if (!isGrouped || !/^\d{3}(?:\.\d+)?$/.test(tokens[end + 1].text)) return 1
  return isSpoilt(tokens, end + 2, plainCommas) ? 1 : end + 2 - start
}

/** 1.234.567, where one point would be the decimal point; 0.123\,456 with groups behind the point. */
function pointedLength(tokens: readonly Token[], start: number): number {
  let end = start + 1
  if (tokens[end].text.startsWith('.')) {
    if (!/^[1-9]\d{0,2}\.\d{3}$/.test(tokens[start].text)) return 1
    while (tokens[end]?.kind === 'number' && tokens[end].gap === 'none' && /^\.\d{3}$/.test(tokens[end].text))
      end++
    return tokens[end]?.kind === 'number' ? 1 : end - start
  }
  if (!/^\d+\.\d{3}$/.test(tokens[start].text)) return 1
  while (tokens[end]?.kind === 'number' && /^\d{3}$/.test(tokens[end].text)) end++
  if (tokens[end]?.kind === 'number' && /^\d{1,2}$/.test(tokens[end].text)) end++
  const isWhole = tokens[end]?.kind !== 'number' && mayJoinAcrossRoom(tokens, start, end)
  return isWhole ? end - start : 1
}
