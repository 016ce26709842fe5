/** \num, \SI, \qty, \si, \unit and \ang of the LaTeX package siunitx. */
import { NotGradable } from '../budget.ts'
import type { Token } from './tokens/token.ts'
import { symbolToken } from './tokens/token.ts'
import type { Step, TokenSource } from './tokens/tokenSource.ts'
import { readGroup, skipOptions } from './tokens/tokenSource.ts'

/** @returns null for a command of another package */
export function readSiunitx(source: TokenSource, name: string, at: number): Step | null {
  const { text } = source
  const start = skipOptions(text, at)
  if (name === 'num' || name === 'ang') {
    const { content, next } = readGroup(text, start)
    const number = readNumber(source, content)
    return { tokens: name === 'num' ? number : [...number, symbolToken('°')], next }
  }
  if (name === 'si' || name === 'unit') {
    const { content, next } = readGroup(text, start)
    return { tokens: [readUnit(content)], next }
  }
  // \qty(…) of the package physics is a pair of brackets
  if (name !== 'SI' && (name !== 'qty' || text[start] !== '{')) return null
  const number = readGroup(text, start)
  const unit = readGroup(text, skipOptions(text, number.next))
  return { tokens: [...readNumber(source, number.content), readUnit(unit.content)], next: unit.next }
}

function readNumber(source: TokenSource, content: string): readonly Token[] {
  if (/[(;]|\\pm|\+-/.test(content))
    throw new NotGradable('a number with an uncertainty, or of several parts')
  const match = /^([-+]?)(\d*\.?\d+)[eEdD]([-+]?\d{1,4})$/.exec(content.replace(/\s/g, ''))
  if (match === null) return source.readInner(content, false)
  const [, sign, digits, exponent] = match
  const number: Token = { kind: 'number', text: `${digits}e${Number(exponent)}`, gap: 'none' }
  return sign === '-' ? [symbolToken('-'), number] : [number]
}

const prefixes = /^(?:nano|micro|milli|centi|deci|hecto|kilo|mega|giga|tera)$/

/** \kilo\gram as `kilogram`, \meter\per\second\squared as `meter/second squared`, `m/s` as it is. */
function readUnit(content: string): Token {
  const names = content.match(/\\[A-Za-z]+|[^\\\s]+/g) ?? []
  const text = names
    .map((name) => name.replace('\\', '').toLowerCase())
    .map((name) => (name === 'per' ? '/' : prefixes.test(name) ? name : `${name} `))
    .join('')
    .replace(/ \//g, '/')
    .trim()
  if (text === 'percent' || text === '%') return symbolToken('%')
  if (text === 'degree') return symbolToken('°')
  return { kind: 'text', text, gap: 'thin' }
}
