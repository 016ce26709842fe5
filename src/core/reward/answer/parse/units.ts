/**
 * What the words behind a number mean. Both sides drop units; where both name a unit we know, it must be the
 * same one (5 cm is not 5 m; no conversion is made). A unit never seen here is dropped without a check.
 */
import { isMeaningful, multiplierAtStart, multiplierOf } from './numberWords.ts'
import { unitAtStart, unitOf } from './unitTable.ts'

export type UnitReading =
  /** `unit`: null for words that are dropped without a check; `factor`: of `million dollars` 10⁶. */
  | { readonly kind: 'unit'; readonly unit: string | null; readonly factor: bigint }
  | { readonly kind: 'percent' }
  | { readonly kind: 'not-a-unit' }

const percents = new Set(
  'percent|per cent|percents|pct|pct.|percentage|prozent|por ciento|por cento|pour cent|per cento|процент|процента|процентов|퍼센트|パーセント'.split(
    '|',
  ),
)
const notAUnit: UnitReading = { kind: 'not-a-unit' }
const withoutSpaces = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー々]+/u

/**
 * @param words  lower case, single spaces
 * @param power  of `cm²`: 2; 1 where none is written
 */
export function readUnit(words: string, power: number): UnitReading {
  if (percents.has(words)) return { kind: 'percent' }
  const isRaised = power !== 1
  if (withoutSpaces.test(words) && !isRaised) return readEastAsian(words)
  const { factor, rest } = leadingMultipliers(words)
  if (factor !== 1n && isRaised) return notAUnit
  if (rest === '') return { kind: 'unit', unit: null, factor }
  const unit = canonicalUnit(rest, power)
  // a letter that is no unit is a variable, or a thousand as in 5k
  const isUnsure = unit === null && (rest.length === 1 || rest.split(/[ ,]/).some(changesNumber))
  return isUnsure ? notAUnit : { kind: 'unit', unit, factor }
}

function changesNumber(word: string): boolean {
  return isMeaningful(word) || multiplierOf(word) !== undefined
}

function leadingMultipliers(words: string): { readonly factor: bigint; readonly rest: string } {
  const [first, ...others] = words.split(' ')
  const factor = multiplierOf(first.replace(/\.$/, ''))
  if (factor === undefined) return { factor: 1n, rest: words }
  const inner = leadingMultipliers(others.join(' '))
  return { factor: factor * inner.factor, rest: inner.rest }
}

/** 元, 万元, 个苹果: no spaces, the multiplier first, then a unit or a word that counts, then what is counted. */
function readEastAsian(word: string): UnitReading {
  const known = unitOf(word)
  if (known !== undefined) return { kind: 'unit', unit: known, factor: 1n }
  const multiplied = multiplierAtStart(word)
  if (multiplied !== null) {
    if (multiplied.rest === '') return { kind: 'unit', unit: null, factor: multiplied.factor }
    const inner = readEastAsian(multiplied.rest)
    return inner.kind === 'unit' ? { ...inner, factor: inner.factor * multiplied.factor } : inner
  }
  const square = /^(?:平方|立方)/.exec(word)?.[0]
  if (square !== undefined) {
    const unit = unitOf(word.slice(square.length))
    return {
      kind: 'unit',
      unit: unit === undefined ? null : `${unit}^${square === '平方' ? 2 : 3}`,
      factor: 1n,
    }
  }
  return isMeaningful(word) ? notAUnit : { kind: 'unit', unit: unitAtStart(word) ?? null, factor: 1n }
}

/** `square cm`, `meter/second squared`, `miles per hour` */
function canonicalUnit(words: string, power: number): string | null {
  const [over, under, ...more] = words.split(/ ?\/ ?| per /)
  if (under === undefined) return simpleUnit(over, power)
  const [top, bottom] = [simpleUnit(over, 1), simpleUnit(under, power)]
  const isSpeed = more.length === 0 && top !== null && lengths.has(top) && bottom !== null
  return isSpeed ? `${top}/${bottom}` : null
}

/** $5 an hour may as well be written $5: of all rates only those of a length are units of their own. */
const lengths = new Set(['mm', 'cm', 'm', 'km', 'inch', 'foot', 'yard', 'mile'])

function simpleUnit(words: string, power: number): string | null {
  const shape = /^(?:(square|sq\.?|cubic|cu\.?) )?(.+?)(?: (squared|cubed)|\^\{?([23])\}?)?$/.exec(words)
  if (!shape) return null
  const [, before, name, after, written] = shape
  const unit = unitOf(name)
  if (unit === undefined) return null
  const raised = powerWord(before) * powerWord(after) * Number(written ?? 1) * power
  return raised === 1 ? unit : `${unit}^${raised}`
}

function powerWord(word: string | undefined): number {
  if (word === undefined) return 1
  return word.startsWith('sq') ? 2 : 3
}
