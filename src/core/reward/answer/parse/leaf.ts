/**
 * A leaf of an answer: words, a choice letter, or a value with its unit, percent sign and currency set aside.
 */
import type { Numeral } from '../numbers/numeral.ts'
import { readNumeral } from '../numbers/numeral.ts'
import { multiply, rational } from '../numbers/rational.ts'
import type { Token } from './tokens/token.ts'
import { findClosing } from './tokens/tokenGroups.ts'
import { functionNames } from './tokens/tokenNames.ts'
import type { UnitReading } from './units.ts'
import { readUnit } from './units.ts'
import { currencyCodes, currencySigns, isBareLetterUnit, unitOf } from './unitTable.ts'

export interface LeafValue {
  readonly kind: 'value'
  /** Unit, percent sign and currency taken off. */
  readonly tokens: readonly Token[]
  /** The tokens as a literal number, factor applied; null for a formula. */
  readonly numeral: Numeral | null
  readonly isPercent: boolean
  /** Canonical unit, null where there is none or none that is known. */
  readonly unit: string | null
  /** Of `5 million`: 10⁶. */
  readonly factor: bigint
}

export type Leaf = LeafValue | { readonly kind: 'words'; readonly text: string }

export function readLeaf(tokens: readonly Token[]): Leaf {
  const { tokens: inner, ...marks } = takeMarks(tokens)
  if (inner.some(({ kind }) => kind === 'text')) return { kind: 'words', text: wordsOf(tokens) }
  const numeral = readNumeral(inner)
  const scaled = numeral && marks.factor !== 1n ? scaleNumeral(numeral, marks.factor) : numeral
  return { kind: 'value', tokens: inner, numeral: scaled, ...marks }
}

function scaleNumeral(numeral: Numeral, factor: bigint): Numeral {
  return { ...numeral, value: multiply(numeral.value, rational(factor)) }
}

/** Letters without room between them are a word: `of`. */
function wordsOf(tokens: readonly Token[]): string {
  const text = tokens
    .map((token, i) => {
      const isInside = token.kind === 'letter' && tokens[i - 1]?.kind === 'letter' && token.gap === 'none'
      return (isInside ? '' : ' ') + token.text.toLowerCase()
    })
    .join('')
  return text.replace(/[\s,.'"{}-]+/g, ' ').trim()
}

interface Marks {
  readonly tokens: readonly Token[]
  readonly isPercent: boolean
  readonly unit: string | null
  readonly factor: bigint
}

/**
 * Takes marks off the end while something that is not a sign stays before them, then a currency off the
 * front.
 */
function takeMarks(tokens: readonly Token[]): Marks {
  return takeBrackets(takeCurrency(takeEndMarks({ tokens, isPercent: false, unit: null, factor: 1n })))
}

function takeEndMarks(start: Marks): Marks {
  let marks = start
  for (;;) {
    const mark = lastMark(marks.tokens)
    if (mark === null || !hasValue(marks.tokens.slice(0, -mark.length))) return marks
    const rest = marks.tokens.slice(0, -mark.length)
    const { reading } = mark
    if (reading.kind === 'not-a-unit') return marks
    if (reading.kind === 'percent') marks = { ...marks, tokens: rest, isPercent: true }
    else
      marks = {
        ...marks,
        tokens: rest,
        unit: marks.unit ?? reading.unit,
        factor: marks.factor * reading.factor,
      }
  }
}

/** (7) is as much a numeral as 7, ($7) as $7. */
function takeBrackets(marks: Marks): Marks {
  const { tokens } = marks
  const isWhole = tokens.length > 2 && tokens[0].text === '(' && findClosing(tokens, 0) === tokens.length - 1
  return isWhole && tokens.at(-1)?.text === ')'
    ? takeBrackets(takeCurrency(takeEndMarks({ ...marks, tokens: tokens.slice(1, -1) })))
    : marks
}

function hasValue(tokens: readonly Token[]): boolean {
  return tokens.some(
    ({ kind, text }) => kind === 'number' || kind === 'letter' || kind === 'command' || text === '}',
  )
}

interface Mark {
  readonly reading: UnitReading
  /** Tokens it takes. */
  readonly length: number
}

function lastMark(tokens: readonly Token[]): Mark | null {
  const last = tokens.at(-1)
  if (last?.kind === 'symbol' && last.text === '%') return { reading: { kind: 'percent' }, length: 1 }
  if (last?.kind === 'symbol' && currencySigns.has(last.text))
    return { reading: unitReading(last.text), length: 1 }
  return lastBracketedUnit(tokens) ?? lastDegree(tokens) ?? lastUnit(tokens)
}

/** 5 (cm) */
function lastBracketedUnit(tokens: readonly Token[]): Mark | null {
  const [open, word, close] = tokens.slice(-3)
  const isBracketed = open?.text === '(' && close?.text === ')' && open.gap !== 'none'
  return isBracketed && word.kind === 'text' ? { reading: readUnit(word.text, 1), length: 3 } : null
}

/** 90° alone is 90; the degrees inside sin 30° belong to the formula. */
function lastDegree(tokens: readonly Token[]): Mark | null {
  if (tokens.some(({ kind, text }) => kind === 'command' && functionNames.has(text))) return null
  const end = tokens
    .slice(-5)
    .map(({ text }) => text)
    .join(' ')
  const match = /(?:\^ \{ circ \}|\^ circ|°)( [cf])?$/i.exec(end)
  if (!match) return null
  const unit = match[1] ? `degree${match[1].toLowerCase()}` : 'degree'
  return { reading: { kind: 'unit', unit, factor: 1n }, length: match[0].split(' ').length }
}

function unitReading(name: string): UnitReading {
  return { kind: 'unit', unit: unitOf(name) ?? null, factor: 1n }
}

function lastUnit(tokens: readonly Token[]): Mark | null {
  const power = lastPower(tokens)
  const at = tokens.length - 1 - power.length
  const word = tokens[at]
  if (word === undefined) return null
  const per = power.length === 0 ? lastRate(tokens) : null
  if (per !== null) return per
  if (word.kind === 'text') {
    return { reading: readUnit(word.text, power.value), length: 1 + power.length }
  }
  // 500 rs
  const rupees = tokens.slice(-3)
  if (
    rupees[0]?.kind === 'number' &&
    rupees[1]?.gap === 'space' &&
    `${rupees[1].text}${rupees[2]?.text}` === 'rs'
  )
    return { reading: unitReading('rs'), length: 2 }
  const isLetterUnit = word.kind === 'letter' && word.gap === 'space' && isBareLetterUnit(word.text)
  if (!isLetterUnit || tokens[at - 1]?.kind !== 'number') return null
  return { reading: readUnit(word.text.toLowerCase(), power.value), length: 1 + power.length }
}

/** \text{km}/\text{h}, `km/h`, ` m/s` behind a number. */
function lastRate(tokens: readonly Token[]): Mark | null {
  const [number, unit, slash, time] = tokens.slice(-4)
  if (time === undefined || slash.text !== '/' || number.kind !== 'number') return null
  const isUnit =
    unit.kind === 'text' || (unit.kind === 'letter' && unit.gap === 'space' && isBareLetterUnit(unit.text))
  const isTime = time.kind === 'text' || (time.kind === 'letter' && isBareLetterUnit(time.text))
  return isUnit && isTime ? { reading: readUnit(`${unit.text}/${time.text}`, 1), length: 3 } : null
}

/** `^2`, `^{3}` at the end. */
function lastPower(tokens: readonly Token[]): { value: number; length: number } {
  const end = tokens
    .slice(-4)
    .map(({ text }) => text)
    .join(' ')
  const match = /\^ (?:\{ )?([23])(?: \})?$/.exec(end)
  return match ? { value: Number(match[1]), length: match[0].split(' ').length } : { value: 1, length: 0 }
}

/** `\$5`, `-\$5`, `\$-5`, `Rs. 5`; of \$5\text{m} the m is a million, of \$5\text{b} a billion. */
function takeCurrency(marks: Marks): Marks {
  const at = marks.tokens.slice(0, 2).findIndex(isCurrency)
  if (at < 0 || (at === 1 && marks.tokens[0].kind !== 'symbol') || marks.tokens.length === 1) return marks
  const tokens = marks.tokens.filter((_, i) => i !== at)
  if (marks.unit === 'm') return { ...marks, tokens, unit: null, factor: marks.factor * 1_000_000n }
  return { ...marks, tokens, unit: marks.unit ?? unitOf(marks.tokens[at].text) ?? null }
}

function isCurrency({ kind, text }: Token): boolean {
  return kind === 'symbol'
    ? currencySigns.has(text)
    : kind === 'text' && (currencyCodes.has(text) || text === 'rs')
}
