/** LaTeX commands as tokens. */
import { readSiunitx } from '../siunitx.ts'
import * as names from './tokenNames.ts'
import { readTextGroup } from './textTokens.ts'
import type { Token } from './token.ts'
import type { Step, TokenSource } from './tokenSource.ts'
import { readGroup, skipOptions, symbolStep } from './tokenSource.ts'

export function readBackslash(source: TokenSource, at: number): Step {
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
      return symbolStep(
        '\\\\',
        next + (/^\s*\[-?[\d.]+\s*(?:ex|em|pt|cm|mm)\]$/.test(room) ? room.length : 0),
      )
    }
    case '{':
    case '}':
      return symbolStep(`\\${character}`, next)
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
      return symbolStep(character, next)
  }
}

function readCommand(source: TokenSource, name: string, next: number): Step {
  const { text } = source
  if (names.stylingCommands.has(name)) {
    // `\left.` is a bracket that is not shown
    const hidden = (name === 'left' || name === 'right') && text[next] === '.'
    return { tokens: [], next: hidden ? next + 1 : next }
  }
  if (names.spacingCommands.has(name)) return { tokens: [], next, gap: 'space' }
  if (names.invisibleCommands.has(name)) return { tokens: [], next: behindRoom(text, next), gap: 'space' }
  if (Object.hasOwn(names.argumentsBeforeContent, name)) return skipArguments(text, name, next)
  if (name === 'begin' || name === 'end') return readEnvironment(text, name, next)
  if (name === 'mathbb') {
    const group = readGroup(text, next)
    return oneToken({ kind: 'command', text: `mathbb ${group.content.trim()}`, gap: 'none' }, group.next)
  }
  return readSiunitx(source, name, next) ?? readWordsOrSymbol(source, name, next)
}

/** \hspace{2pt}, \kern2pt, \mkern-3mu */
function behindRoom(text: string, at: number): number {
  const size = /^\s*-?[\d.]+ ?(?:mu|pt|em|ex|cm|mm|in)/.exec(text.slice(at))?.[0]
  return size === undefined ? readGroup(text, at).next : at + size.length
}

function readWordsOrSymbol(source: TokenSource, name: string, next: number): Step {
  if (names.textCommands.has(name)) {
    const group = readGroup(source.text, next)
    const isMath =
      name.startsWith('math') || name.startsWith('b') || name === 'operatorname' || name === 'pmb'
    return {
      tokens: readTextGroup(source, group.content, isMath),
      next: group.next,
      gap: group.content.endsWith(' ') ? 'space' : undefined,
    }
  }
  if (name === 'land' || name === 'lor')
    return oneToken({ kind: 'text', text: name === 'land' ? 'and' : 'or', gap: 'none' }, next)
  if (Object.hasOwn(names.commandSymbols, name)) return symbolStep(names.commandSymbols[name], next)
  const command = Object.hasOwn(names.commandAliases, name) ? names.commandAliases[name] : name
  // \cfrac[l]{1}{2}
  const behind = name === 'cfrac' ? skipOptions(source.text, next) : next
  return oneToken({ kind: 'command', text: command, gap: 'none' }, behind)
}

function oneToken(token: Token, next: number): Step {
  return { tokens: [token], next }
}

/** \textcolor{red}{5}, \framebox[2cm][c]{5}: what stands before the content is passed over. */
function skipArguments(text: string, name: string, next: number): Step {
  let at = skipOptions(text, next)
  for (let i = 0; i < names.argumentsBeforeContent[name]; i++) at = readGroup(text, at).next
  return { tokens: [], next: at }
}

function readEnvironment(text: string, kind: 'begin' | 'end', at: number): Step {
  const group = readGroup(text, at)
  const isArray = kind === 'begin' && group.content === 'array'
  const next = isArray ? readGroup(text, group.next).next : group.next
  return oneToken({ kind, text: group.content.trim(), gap: 'none' }, next)
}
