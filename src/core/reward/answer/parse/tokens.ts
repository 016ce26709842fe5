/**
 * An answer as tokens. Reading LaTeX by tokens, not by text replacement, is what keeps `2 1/2` apart from `21/2`,
 * `\frac1112` from 11/12, and a word from a product of letters.
 */
import type { StepBudget } from '../budget.ts'
import { NotGradable } from '../budget.ts'
import { plainCharacters } from './characters.ts'
import * as names from './tokenNames.ts'
import { isBareUnit } from './units.ts'

export interface Token {
  /**
   * `number`: digits with at most one point · `letter`: one letter · `command`: name without the backslash ·
   * `text`: words, lower case · `begin`, `end`: of an environment · `symbol`: anything else
   */
  readonly kind: 'number' | 'letter' | 'command' | 'text' | 'begin' | 'end' | 'symbol'
  readonly text: string
  /** Room before it; `thin` is TeX's thin space, which may separate thousands. */
  readonly gap: 'none' | 'thin' | 'space'
}

const maxLength = 300
const maxTextDepth = 8

/** @throws NotGradable for an answer longer than 300 characters, or with braces of text that never close */
export function tokenize(answer: string, budget: StepBudget): Token[] {
  if (answer.length > 4 * maxLength) throw new NotGradable(`longer than ${maxLength} characters`)
  const text = singleBackslashes(plainCharacters(answer)).trim()
  if (text.length > maxLength) throw new NotGradable(`longer than ${maxLength} characters`)
  return joinTexts(readTokens({ text, inText: false, depth: 0, budget }))
}

/** The same tokens give the same key, whatever the spaces between them. */
export function tokensKey(tokens: readonly Token[]): string {
  return tokens
    .filter((_, i) => !isIdleBrace(tokens, i))
    .map((token) => `${token.kind} ${token.text}`)
    .join('\n')
}

/** Of `^{2}` and `_{2}`: the brace around one token says nothing. Elsewhere it may: \frac{12}{3} is not \frac12 3. */
function isIdleBrace(tokens: readonly Token[], at: number): boolean {
  const { kind, text } = tokens[at]
  if (kind !== 'symbol' || (text !== '{' && text !== '}')) return false
  const open = text === '{' ? at : at - 2
  const isScript = tokens[open - 1]?.kind === 'symbol' && '^_'.includes(tokens[open - 1].text)
  return (
    isScript &&
    tokens[open].text === '{' &&
    tokens[open + 2]?.text === '}' &&
    tokens[open + 1].kind !== 'symbol'
  )
}

interface Source {
  readonly text: string
  /** Inside \text{…}: two letters make a word. */
  readonly inText: boolean
  readonly depth: number
  readonly budget: StepBudget
}

interface Step {
  readonly tokens: readonly Token[]
  /** Where reading goes on. */
  readonly next: number
  /** Room that this piece leaves before the next token; undefined: none. */
  readonly gap?: Token['gap']
}

/** JSON-escaped LaTeX has every backslash twice; a matrix has `\\` between its rows. */
function singleBackslashes(text: string): string {
  return text.includes('\\\\begin') || !text.includes('\\begin') ? text.replaceAll('\\\\', '\\') : text
}

function readTokens(source: Source): Token[] {
  const tokens: Token[] = []
  let gap: Token['gap'] = 'none'
  for (let at = 0; at < source.text.length;) {
    source.budget.spend()
    const step = readPiece(source, at)
    const [first, ...rest] = step.tokens
    if (first) {
      tokens.push(first.gap === 'none' ? { ...first, gap } : first, ...rest)
      gap = step.gap ?? 'none'
    } else if (step.gap !== undefined && gap !== 'space') gap = step.gap
    at = step.next
  }
  return tokens
}

function readPiece(source: Source, at: number): Step {
  const character = source.text[at]
  if (character === ' ' || character === '~') return { tokens: [], next: at + 1, gap: 'space' }
  if (character === '\\') return readBackslash(source, at)
  if (/[0-9.]/.test(character)) return readNumber(source, at)
  if (/[A-Za-z]/.test(character)) return readWord(source, at)
  // $ opens and closes formulas; a currency's $ says nothing that the number does not
  if (character === '$' || character === '"') return { tokens: [], next: at + 1 }
  // a power as programs write it
  if (source.text.startsWith('**', at)) return symbol('^', at + 2)
  if (character === ',' && source.text.startsWith('\\!', at + 1)) return symbol('{,}', at + 3)
  if (source.text.startsWith('{,}', at)) return symbol('{,}', at + 3)
  return symbol(character, at + 1)
}

function symbol(text: string, next: number): Step {
  return { tokens: [{ kind: 'symbol', text, gap: 'none' }], next }
}

/** `12`, `1.5`, `.5`; also `1.5e3`. `2e-1` stays 2·e − 1: only a mantissa of 1 or with a point may have a signed exponent. */
function readNumber({ text }: Source, at: number): Step {
  const digits = /^(?:\d+(?:\.\d+)?|\.\d+)/.exec(text.slice(at))?.[0]
  if (digits === undefined) return symbol('.', at + 1)
  const next = at + digits.length
  const exponent = /^[eE]([-+]?)(\d{1,4})(?![\d.A-Za-z])/.exec(text.slice(next))
  const scientific = exponent !== null && (exponent[1] === '' || digits === '1' || digits.includes('.'))
  const token = scientific ? digits + exponent[0].toLowerCase().replace('+', '') : digits
  return {
    tokens: [{ kind: 'number', text: token, gap: 'none' }],
    next: next + (scientific ? exponent[0].length : 0),
  }
}

function readWord({ text, inText }: Source, at: number): Step {
  const word = /^[A-Za-z]+/.exec(text.slice(at))?.[0] ?? ''
  const next = at + word.length
  if (Object.hasOwn(names.plainNames, word))
    return { tokens: [{ kind: 'command', text: names.plainNames[word], gap: 'none' }], next }
  const isName = /^[A-Z][a-z]{2,}$/.test(word)
  const isText = isName || word.length >= (inText ? 2 : 4) || names.shortWords.has(word) || isBareUnit(word)
  if (isText) return { tokens: [{ kind: 'text', text: word.toLowerCase(), gap: 'none' }], next }
  return { tokens: [...word].map((letter) => ({ kind: 'letter', text: letter, gap: 'none' })), next }
}

function readBackslash(source: Source, at: number): Step {
  const { text } = source
  const name = /^[A-Za-z]+/.exec(text.slice(at + 1))?.[0]
  if (name !== undefined) return readCommand(source, name, at + 1 + name.length)
  const character = text[at + 1]
  const next = at + 2
  switch (character) {
    case undefined:
      return { tokens: [], next }
    case '\\': {
      const room = /^\s*\[[^\]]*\]/.exec(text.slice(next))?.[0] ?? ''
      return symbol('\\\\', next + (/^\s*\[-?[\d.]+\s*(?:ex|em|pt|cm|mm)\]$/.test(room) ? room.length : 0))
    }
    case '{':
    case '}':
      return symbol(`\\${character}`, next)
    case ',':
      return { tokens: [], next, gap: 'thin' }
    case '!':
    case '(':
    case ')':
    case '[':
    case ']':
      return { tokens: [], next }
    case ':':
    case ';':
    case '>':
    case '/':
    case ' ':
      return { tokens: [], next, gap: 'space' }
    default:
      return symbol(character, next)
  }
}

function readCommand(source: Source, name: string, next: number): Step {
  const { text } = source
  if (names.stylingCommands.has(name)) {
    // `\left.` is a bracket that is not shown
    const hidden = (name === 'left' || name === 'right') && text[next] === '.'
    return { tokens: [], next: hidden ? next + 1 : next }
  }
  if (names.spacingCommands.has(name)) return { tokens: [], next, gap: 'space' }
  if (names.invisibleCommands.has(name)) return { tokens: [], next: readGroup(text, next).next, gap: 'space' }
  if (name === 'begin' || name === 'end') return readEnvironment(text, name, next)
  if (name === 'mathbb') {
    const group = readGroup(text, next)
    return {
      tokens: [{ kind: 'command', text: `mathbb ${group.content.trim()}`, gap: 'none' }],
      next: group.next,
    }
  }
  if (names.textCommands.has(name)) {
    const group = readGroup(text, next)
    const isMath =
      name.startsWith('math') || name.startsWith('b') || name === 'operatorname' || name === 'pmb'
    return {
      tokens: readTextGroup(source, group.content, isMath),
      next: group.next,
      gap: endGap(group.content),
    }
  }
  if (name === 'land' || name === 'lor')
    return { tokens: [{ kind: 'text', text: name === 'land' ? 'and' : 'or', gap: 'none' }], next }
  if (Object.hasOwn(names.commandSymbols, name)) return symbol(names.commandSymbols[name], next)
  const command = Object.hasOwn(names.commandAliases, name) ? names.commandAliases[name] : name
  return { tokens: [{ kind: 'command', text: command, gap: 'none' }], next }
}

function endGap(content: string): Token['gap'] | undefined {
  return content.endsWith(' ') ? 'space' : undefined
}

function readEnvironment(text: string, kind: 'begin' | 'end', at: number): Step {
  const group = readGroup(text, at)
  const isArray = kind === 'begin' && group.content === 'array'
  const next = isArray ? readGroup(text, group.next).next : group.next
  return { tokens: [{ kind, text: group.content.trim(), gap: 'none' }], next }
}

/** Tokens of \text{…}: words stay together; digits, signs and brackets among them are read as mathematics. */
function readTextGroup(source: Source, content: string, isMath: boolean): Token[] {
  if (source.depth >= maxTextDepth) throw new NotGradable('text groups nested too deep')
  const words = content.trim().replace(/\s+/g, ' ')
  if (words === '') return []
  const gap = content.startsWith(' ') || content.startsWith('~') ? 'space' : 'none'
  if (Object.hasOwn(names.plainNames, words) || names.functionNames.has(words))
    return [{ kind: 'command', text: names.plainNames[words] ?? words, gap }]
  if (isMath && words.length === 1) return readTokens({ ...source, text: words, depth: source.depth + 1 })
  const isJoined = / (?:and|or) /.test(words)
  if (!isJoined && /^[A-Za-z][A-Za-z .'/-]*(?:\^\{?\d\}?)?$/.test(words)) {
    const lower = words.toLowerCase()
    return [{ kind: 'text', text: /^[ap]\.m\.$/.test(lower) ? lower : lower.replace(/[ .]+$/, ''), gap }]
  }
  const inner = readTokens({ ...source, text: words, inText: true, depth: source.depth + 1 })
  return inner.map((token, i) => (i === 0 && gap === 'space' ? { ...token, gap } : token))
}

/** The group or the one character at a position. */
function readGroup(text: string, at: number): { content: string; next: number } {
  let start = at
  while (text[start] === ' ' || text[start] === '*') start++
  if (text[start] !== '{') return { content: text.charAt(start), next: start + 1 }
  let depth = 0
  for (let i = start; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '{') depth++
    else if (text[i] === '}' && --depth === 0) return { content: text.slice(start + 1, i), next: i + 1 }
  }
  throw new NotGradable('a brace never closes')
}

/** `no` `real` `solutions` become one text; the joiners `and`, `or` stay alone. */
function joinTexts(tokens: readonly Token[]): Token[] {
  const joined: Token[] = []
  for (const token of tokens) {
    const last = joined.at(-1)
    if (token.kind === 'text' && last?.kind === 'text' && !isJoiner(token) && !isJoiner(last))
      joined[joined.length - 1] = { ...last, text: `${last.text} ${token.text}` }
    else joined.push(token)
  }
  return joined
}

export function isJoiner(token: Token): boolean {
  return token.kind === 'text' && (token.text === 'and' || token.text === 'or')
}
