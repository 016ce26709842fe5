import { NotGradable } from '../../budget.ts'
import type { Token } from './token.ts'

/** A text that tokens are read from. */
export interface TokenSource {
  readonly text: string
  /** Inside \text{…}: two letters make a word. */
  readonly inText: boolean
  /** Tokens of a group's content, one level deeper. */
  readonly readInner: (content: string, inText: boolean) => Token[]
}

/** What one piece of the text gives. */
export interface Step {
  readonly tokens: readonly Token[]
  /** Position behind the piece. */
  readonly next: number
  /** Room that this piece leaves before the next token; undefined: none. */
  readonly gap?: Token['gap']
}

export function symbolStep(text: string, next: number): Step {
  return { tokens: [{ kind: 'symbol', text, gap: 'none' }], next }
}

/** The group or the one character at a position. */
export function readGroup(text: string, at: number): { content: string; next: number } {
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

/** Position behind the options `[…]` of a command, where it has some. */
export function skipOptions(text: string, at: number): number {
  return at + (/^(?:\s*\[[^\][]*\])+/.exec(text.slice(at))?.[0].length ?? 0)
}
