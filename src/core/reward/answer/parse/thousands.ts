import type { Token } from './tokens.ts'

/**
 * Joins groups of exactly three digits: `1,234`, `10{,}000`, `10,\!000`, `10\,000`. A plain comma joins only outside
 * brackets, since (1,234) is a pair.
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
    const length = groupLength(tokens, at, joinPlainCommas && depth === 0)
    if (length === 1) joined.push(token)
    else {
      const digits = tokens.slice(at, at + length).filter(({ kind }) => kind === 'number')
      joined.push({ ...token, text: digits.map(({ text }) => text).join('') })
    }
    at += length
  }
  return joined
}

function isOpening({ kind, text }: Token): boolean {
  return kind === 'symbol' && (text === '(' || text === '[' || text === '\\{')
}

function isClosing({ kind, text }: Token): boolean {
  return kind === 'symbol' && (text === ')' || text === ']' || text === '\\}')
}

/** How many tokens from `start` on are one number; 1 where none follow. */
function groupLength(tokens: readonly Token[], start: number, plainCommas: boolean): number {
  const before = tokens[start - 1]
  if (tokens[start].kind !== 'number' || !/^[1-9]\d{0,2}$/.test(tokens[start].text)) return 1
  // the group must begin the number: 12,345,678 is not read from its second group on
  if (before?.kind === 'number' || before?.text === '_' || before?.text === '^') return 1
  let length = 1
  for (;;) {
    const at = start + length
    const step = groupStep(tokens, at, plainCommas)
    if (step === 0) break
    length += step
    if (tokens[start + length - 1].text.includes('.')) break
  }
  // 1,234,56 is not a number with thousands
  const follows = tokens[start + length]
  const spoilt =
    follows?.kind === 'number' || (isComma(follows, plainCommas) && isTightNumber(tokens[start + length + 1]))
  return length > 1 && spoilt ? 1 : length
}

function groupStep(tokens: readonly Token[], at: number, plainCommas: boolean): 0 | 1 | 2 {
  const token = tokens[at]
  if (token === undefined) return 0
  if (token.kind === 'number' && token.gap === 'thin' && isGroup(token)) return 1
  if (!isComma(token, plainCommas)) return 0
  const next = tokens[at + 1]
  return next !== undefined && isGroup(next) && next.gap !== 'space' ? 2 : 0
}

function isComma(token: Token | undefined, plainCommas: boolean): boolean {
  return (
    token?.kind === 'symbol' &&
    (token.text === '{,}' || (plainCommas && token.text === ',' && token.gap === 'none'))
  )
}

function isTightNumber(token: Token | undefined): boolean {
  return token?.kind === 'number' && token.gap !== 'space'
}

function isGroup({ kind, text }: Token): boolean {
  return kind === 'number' && /^\d{3}(?:\.\d+)?$/.test(text)
}
