/** Words: bare ones, those of \text{…}, and those of other scripts. */
import * as names from './tokenNames.ts'
import type { Token } from './token.ts'
import type { Step, TokenSource } from './tokenSource.ts'
import { currencyCodes, isBareUnit, isShortForeignUnit } from '../unitTable.ts'

const eastAsian = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}ー々'
const eastAsianWord = new RegExp(`^[${eastAsian}]+`, 'u')
/** Without Greek: its letters stand for themselves. */
const otherWord = new RegExp(`^(?:(?![${eastAsian}\\p{Script=Greek}])[\\p{L}\\p{M}])+`, 'u')
const asciiWord = /^[A-Za-z]+/

/** The word or the letters at a position; null where no letter stands. */
export function readWord(source: TokenSource, at: number, before: Token | undefined): Step | null {
  const rest = source.text.slice(at)
  if (!/^\p{L}/u.test(rest)) return null
  const asian = eastAsianWord.exec(rest)?.[0]
  if (asian !== undefined) return textStep(asian, at + asian.length)
  const word = otherWord.exec(rest)?.[0]
  if (word === undefined) return null
  if (asciiWord.exec(word)?.[0] === word) return readAsciiWord(source, word, { at, before })
  return word.length > 2 || isShortForeignUnit(word) ? textStep(word, at + word.length) : null
}

function textStep(word: string, next: number): Step {
  return { tokens: [{ kind: 'text', text: word.toLowerCase(), gap: 'none' }], next }
}

interface Position {
  readonly at: number
  readonly before: Token | undefined
}

function readAsciiWord({ text, inText }: TokenSource, word: string, { at, before }: Position): Step {
  const next = at + word.length
  if (Object.hasOwn(names.plainNames, word))
    return { tokens: [{ kind: 'command', text: names.plainNames[word], gap: 'none' }], next }
  const fraction = /^[dt]?frac$/.test(word) && /^\s*(?:\{|\d\d)/.test(text.slice(next))
  if (fraction) return { tokens: [{ kind: 'command', text: 'frac', gap: 'none' }], next }
  const currency = readCurrency(word, text.slice(next), before)
  if (currency !== null)
    return { tokens: [{ kind: 'text', text: currency.code, gap: 'none' }], next: next + currency.length }
  const clock = /^[ap]\. ?m\.?/i.exec(text.slice(at))?.[0]
  if (clock !== undefined && before?.kind === 'number') return textStep(`${word}.m.`, at + clock.length)
  const isName = /^[A-Z][a-z]{2,}$/.test(word)
  const isText = isName || word.length >= (inText ? 2 : 4) || names.shortWords.has(word) || isBareUnit(word)
  if (isText) return textStep(word, next)
  return { tokens: [...word].map((letter) => ({ kind: 'letter', text: letter, gap: 'none' })), next }
}

/** `Rs. 500`, `USD 500`, `US$500` in front of a number, `500 USD` behind one. */
function readCurrency(
  word: string,
  after: string,
  before: Token | undefined,
): { readonly code: string; readonly length: number } | null {
  const isFirst =
    before === undefined ||
    (before.kind === 'symbol' && ['-', '+', '(', '{', ')', ':', '.'].includes(before.text))
  const dollar = /^\\?\$(?=\s*-?[\d.])/.exec(after)?.[0]
  if (dollar !== undefined && isFirst && Object.hasOwn(dollarsOf, word)) {
    // C$5$ is a letter and a formula
    if (dollar === '$' && word.length === 1) return null
    return { code: dollarsOf[word], length: dollar.length }
  }
  const code = word.toLowerCase()
  if (isFirst && code === 'rs') {
    const point = /^\s?\.?(?=\s*[\d.])/.exec(after)?.[0]
    if (point !== undefined) return { code, length: point.length }
  }
  if (word === 'Rs' && before?.kind === 'number') return { code, length: 0 }
  if (word !== word.toUpperCase() || !currencyCodes.has(code)) return null
  const isBefore = isFirst && /^\s*[\d.]/.test(after)
  return isBefore || before?.kind === 'number' ? { code, length: 0 } : null
}

const dollarsOf: Readonly<Record<string, string>> = {
  US: 'usd',
  A: 'aud',
  AU: 'aud',
  C: 'cad',
  CA: 'cad',
  HK: 'hkd',
  NZ: 'nzd',
  NT: 'twd',
  S: 'sgd',
  R: 'brl',
}

/** Tokens of \text{…}: words stay together; digits, signs and brackets among them are read as mathematics. */
export function readTextGroup(source: TokenSource, content: string, isMath: boolean): Token[] {
  const words = content.trim().replace(/\s+/g, ' ')
  if (words === '') return []
  const gap = content.startsWith(' ') || content.startsWith('~') ? 'space' : 'none'
  if (Object.hasOwn(names.plainNames, words) || names.functionNames.has(words))
    return [{ kind: 'command', text: names.plainNames[words] ?? words, gap }]
  if (isMath && words.length === 1) return source.readInner(words, source.inText)
  const isSeveral = / (?:and|or)\b|^(?:and|or) |^[A-J]\. |^(?:[Cc]hoice|[Oo]ption|[Aa]nswer) \(?[A-J]\b/.test(
    words,
  )
  if (!isSeveral && /^[A-Za-z][A-Za-z .'/-]*(?:\^\{?\d\}?)?$/.test(words)) {
    const lower = words.toLowerCase()
    return [{ kind: 'text', text: /^[ap]\.m\.$/.test(lower) ? lower : lower.replace(/[ .]+$/, ''), gap }]
  }
  const inner = source.readInner(words, true)
  return inner.map((token, i) => (i === 0 && gap === 'space' ? { ...token, gap } : token))
}
