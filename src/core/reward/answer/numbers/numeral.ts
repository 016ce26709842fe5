/** Literal numbers: what may answer a question whose known answer is an integer, without being worked out. */
import type { Rational } from './rational.ts'
import { multiply, negate, power, rational } from './rational.ts'
import type { Token } from '../parse/tokens/token.ts'

export interface Numeral {
  readonly value: Rational
  /** `integer`: digits alone. */
  readonly form: 'integer' | 'decimal' | 'repeating' | 'scientific'
  /**
   * Digits after the point once the exponent is applied; 0 for integers, Infinity for a repeating decimal.
   */
  readonly decimals: number
}

const maxExponent = 400

/** Digits of one number token, `1.5e3` included; null where the exponent is too large to be written out. */
export function readDigits(text: string): Numeral | null {
  const [mantissa, exponentText] = text.split('e')
  const exponent = Number(exponentText ?? 0)
  if (Math.abs(exponent) > maxExponent) return null
  const [whole, fraction = ''] = mantissa.split('.')
  const unscaled = rational(BigInt(whole + fraction || '0'), 10n ** BigInt(fraction.length))
  const form = exponentText !== undefined ? 'scientific' : mantissa.includes('.') ? 'decimal' : 'integer'
  const decimals = Math.max(0, fraction.length - exponent)
  return { value: multiply(unscaled, power(rational(10n), exponent)), form, decimals }
}

/** A whole answer as a literal number: 7, −7.0, 1.5e3, 1.5·10³, 0.1\overline{6}; null for anything else. */
export function readNumeral(tokens: readonly Token[]): Numeral | null {
  const isNegative = isSymbol(tokens[0], '-')
  const unsigned = isNegative || isSymbol(tokens[0], '+') ? tokens.slice(1) : tokens
  const numeral = readUnsigned(unsigned)
  return numeral && isNegative ? { ...numeral, value: negate(numeral.value) } : numeral
}

function readUnsigned(tokens: readonly Token[]): Numeral | null {
  const [first, second] = tokens
  if (first?.kind !== 'number') return null
  if (tokens.length === 1) return readDigits(first.text)
  const point = isSymbol(second, '.') ? 1 : 0
  const mark = tokens[1 + point]
  if (mark?.kind === 'command' && (mark.text === 'overline' || mark.text === 'dot'))
    return readRepeating(point === 1 ? `${first.text}.` : first.text, tokens.slice(2 + point))
  return readScientific(tokens)
}

/** 0.1\overline{6}: prefix `0.1`, then the group that repeats. */
function readRepeating(prefix: string, rest: readonly Token[]): Numeral | null {
  const group = isSymbol(rest[0], '{') && isSymbol(rest[2], '}') && rest.length === 3 ? rest[1] : rest[0]
  const isGroup = rest.length === 3 || rest.length === 1
  if (!isGroup || group?.kind !== 'number' || !/^\d+$/.test(group.text) || !prefix.includes('.')) return null
  const value = repeatingValue(prefix, group.text)
  return { value, form: 'repeating', decimals: Infinity }
}

/** (all digits − the digits before the period) / (9…90…0) */
export function repeatingValue(prefix: string, period: string): Rational {
  const [whole, fraction = ''] = prefix.split('.')
  const before = BigInt(whole + fraction || '0')
  const all = BigInt(whole + fraction + period)
  return rational(all - before, (10n ** BigInt(period.length) - 1n) * 10n ** BigInt(fraction.length))
}

/** 1.5 × 10^{3} with 1 ≤ mantissa < 10; 15·10² is an unfinished product, not a numeral. */
function readScientific(tokens: readonly Token[]): Numeral | null {
  const [mantissa, times, ten, hat, ...exponent] = tokens
  const isTimes = times?.text === 'times' || times?.text === 'cdot' || isSymbol(times, '*')
  if (mantissa?.kind !== 'number' || !/^[1-9](?:\.\d+)?$/.test(mantissa.text)) return null
  if (!isTimes || ten?.text !== '10' || !isSymbol(hat, '^')) return null
  const text = exponent.map((token) => token.text).join('')
  const written = /^\{?([-+]?\d{1,4})\}?$/.exec(text)?.[1]
  return written === undefined ? null : readDigits(`${mantissa.text}e${Number(written)}`)
}

function isSymbol(token: Token | undefined, text: string): boolean {
  return token?.kind === 'symbol' && token.text === text
}
