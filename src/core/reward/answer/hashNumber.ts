import { plainCharacters } from './parse/tokens/characters.ts'
import { multiplierAtStart, multiplierOf } from './parse/numberWords.ts'
import { readUnit } from './parse/units.ts'
import { currencyCodes, currencySigns, isBareLetterUnit, unitOf } from './parse/unitTable.ts'
import { functionNames, plainNames } from './parse/tokens/tokenNames.ts'
import { withoutMarks } from './parse/wrapping.ts'

/** Characters of a line that are looked at closely; behind them no digit may stand. */
const longestRead = 1000

/**
 * The number that a `####` line begins with, as a plain numeral: marks and currency are taken off, groups of
 * thousands are joined, words that multiply are applied. What may stand behind it are its unit, a remark in
 * brackets and words.
 *
 * @param line  behind the marker
 * @returns null where the line begins with no number, and where the rest belongs to it: a fraction, a time, a
 *   range, a second number, a variable
 */
export function numberOfLine(line: string): string | null {
  const plain = /^\s*(-?\d+(?:\.\d+)?)\s*$/.exec(line)
  if (plain !== null) return plain[1]
  const match = leadingNumber.exec(withoutMarkup(line.slice(0, longestRead)))
  if (match === null || (line.length > longestRead && /\d/.test(line.slice(longestRead)))) return null
  const { groups = {}, input } = match
  const currency = groups.currency ?? ''
  const isOtherWord = /^[A-Z]{3}$/.test(currency) && !currencyCodes.has(currency.toLowerCase())
  const hasCurrency = currency !== '' || groups.marks?.includes('$') === true
  const read = isOtherWord ? null : readRest(input.slice(match[0].length), hasCurrency)
  const digits = plainDigits(groups)
  if (read === null || digits === '') return null
  const sign = [groups.sign, groups.innerSign].includes('-') ? '-' : ''
  return `${sign}${scaled(digits, read.factor)}${read.isPercent ? '%' : ''}`
}

/** Commands whose content is what counts, and those that only make room. */
const shownAsIs =
  /\\(?:boxed|fbox|framebox|text|textbf|textit|texttt|textrm|mathrm|mathbf|mathit|mathsf|bf|num|displaystyle|left|right|[bB]igg?[lr]?)(?![A-Za-z])|\\[()[\]!]/g
const room = /\\(?:[,;: ]|q?quad(?![A-Za-z])|thinspace(?![A-Za-z]))|(?<=\d)~(?=\d)/g

function withoutMarkup(line: string): string {
  const plain = plainCharacters(line.trim())
    .replace(/\{,\}|,\\!\s*/g, ',')
    .replace(shownAsIs, '')
    .replace(room, ' ')
    .replace(/\\([$%#&_])/g, '$1')
    .replace(/\\(?:pounds|textsterling)(?![A-Za-z])/g, '£')
    .replace(/\\(?:euro|texteuro)(?![A-Za-z])/g, '€')
  return withoutMarks(withoutMarks(plain).replace(/[{}]|(?<!\d)["`]|["`](?!\d)/g, ''))
}

const signs = [...currencySigns].map((sign) => (sign === '$' ? '\\$' : sign)).join('')
/** Groups in one manner of writing them; Indian groups; points twice; digits. */
const grouped = "[1-9]\\d{0,2}(?<comma>[, '_])\\d{3}(?:\\k<comma>\\d{3})*(?![\\d])"
const indian = '[1-9]\\d?(?:,\\d\\d)+,\\d{3}(?!\\d)'
const pointed = '[1-9]\\d{0,2}(?:\\.\\d{3}){2,}(?![\\d.]*\\d)'
const leadingNumber = new RegExp(
  `^(?<marks>[\\s:=*$]*)\\(?(?<sign>[-+]?)\\s*(?<currency>(?:(?:US|HK|NT|NZ|AU?|CA?|S|R)?[${signs}]|Rs\\.?|[A-Z]{3}(?=\\s*\\d))?)\\s*(?<innerSign>[-+]?)\\s*` +
    `(?:(?<pointed>${pointed})|(?<whole>${grouped}|${indian}|\\d+)?(?<fraction>\\.\\d+)?)` +
    '(?:[eE](?<exponent>[-+]?\\d{1,3})(?![\\d.])|\\s*(?:\\\\times|\\*|x)\\s*10\\s*\\^\\s*(?<power>[-+]?\\d{1,3})(?![\\d.]))?',
)

function plainDigits(groups: Readonly<Record<string, string | undefined>>): string {
  const digits =
    groups.pointed?.replaceAll('.', '') ?? (groups.whole ?? '').replace(/\D/g, '') + (groups.fraction ?? '')
  const exponent = groups.exponent ?? groups.power
  return digits === '' || exponent === undefined ? digits : `${digits}e${exponent.replace('+', '')}`
}

interface Rest {
  readonly factor: bigint
  readonly isPercent: boolean
}

/** Words behind a number that say which part of it is meant, or that another number follows. */
const changing =
  /^(?:or|half|halves|thirds?|quarters?|fourths?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?|hundredths?|thousandths?|squared|cubed|factorial|remainder|point|minus|plus|negative|below|base|mod|modulo|dozen|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)$/

/** @returns null where the rest changes what the number is */
function readRest(rest: string, hasCurrency: boolean): Rest | null {
  const percent = /^\s*(?:%|percent\b|per cent\b)/i.exec(rest)?.[0] ?? ''
  const { factor, after } = takeMultipliers(rest.slice(percent.length))
  if (factor !== 1n && percent !== '') return null
  const text = withoutRemarks(after)
  const isChanged = hasMathematics(text) || !startsWithUnit(text, hasCurrency) || hasChangingWord(text)
  return isChanged ? null : { factor, isPercent: percent !== '' }
}

const firstWord = /^\s*([\p{L}\p{M}]+)/u

function takeMultipliers(rest: string): { readonly factor: bigint; readonly after: string } {
  const word = firstWord.exec(rest)
  const factor = word && multiplierOf(word[1].toLowerCase())
  if (word && factor) {
    const inner = takeMultipliers(rest.slice(word[0].length).replace(/^\./, ''))
    return { factor: factor * inner.factor, after: inner.after }
  }
  const start = word && unitOf(word[1]) === undefined ? multiplierAtStart(word[1]) : null
  return start && word
    ? { factor: start.factor, after: start.rest + rest.slice(word[0].length) }
    : { factor: 1n, after: rest }
}

/** Remarks in brackets, tags, units with a power, and sentences that follow say nothing about the number. */
function withoutRemarks(rest: string): string {
  return rest
    .replace(/\s\([^()]*\)/g, ' ')
    .replace(/<\/?[a-z_]+>/g, ' ')
    .replace(/\^\s*(?:\\circ|°)\s*[CF]?\b/, ' ')
    .replace(/^(\s*(?:[mcdk]?m|in|ft|yd|mi))\^?[23](?![\d.])/, '$1')
    .replace(/\\(?:checkmark|degree|circ)(?![A-Za-z])/g, ' ')
    .replace(/[.;。]\s+(?=[A-Z]).*$/u, ' ')
    .replace(/\*+|__|[~$'"]/g, ' ')
}

function hasMathematics(text: string): boolean {
  return /\d|[\\^_!=+<>#√]|[-/]\s*[A-Za-z](?![A-Za-z])|\.\.|^\s*[-/](?![A-Za-z]{3})/.test(
    text.replace(/km\/h|m\/s/g, ''),
  )
}

/** `5x`, `5k` and `5 R` are no numbers with a unit; `5cm`, `5 m` and `5 apples` are. */
function startsWithUnit(text: string, hasCurrency: boolean): boolean {
  const word = firstWord.exec(text)?.[1]
  if (word === undefined) return true
  const isGlued = !/^\s/.test(text)
  if (word.length === 1 && /[A-Za-z]/.test(word))
    return word === 'a' || (!hasCurrency && (isBareLetterUnit(word) || word === 'l'))
  const isWord = word.length > 3 || /[^A-Za-z]/.test(word) || unitOf(word.toLowerCase()) !== undefined
  return isWord || !isGlued
}

function hasChangingWord(text: string): boolean {
  const words = text.toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? []
  if (words.some((word) => changing.test(word) || isMathematics(word) || multiplierOf(word) !== undefined))
    return true
  if (words.some((word) => /[^a-z]/.test(word) && readUnit(word, 1).kind === 'not-a-unit')) return true
  return /\band\s+(?:an?|one)\b/i.test(text)
}

/** pi, sqrt, sin */
function isMathematics(word: string): boolean {
  return Object.hasOwn(plainNames, word) || functionNames.has(word)
}

/** The digits times a whole number, written out. */
function scaled(digits: string, factor: bigint): string {
  if (factor === 1n) return digits
  const [mantissa, exponent] = digits.split('e')
  const [whole, fraction = ''] = mantissa.split('.')
  const product = String(BigInt(whole + fraction) * factor).padStart(fraction.length + 1, '0')
  const point = product.length - fraction.length
  const decimals = product.slice(point).replace(/0+$/, '')
  const plain = decimals === '' ? product.slice(0, point) : `${product.slice(0, point)}.${decimals}`
  return exponent === undefined ? plain : `${plain}e${exponent}`
}
