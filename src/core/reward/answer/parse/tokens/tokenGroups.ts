import type { Token } from './token.ts'

const openings = new Set(['(', '[', '{', '\\{', 'langle', 'lfloor', 'lceil'])
const closings = new Set([')', ']', '}', '\\}', 'rangle', 'rfloor', 'rceil'])

/**
 * +1 for a token that opens a group, −1 for one that closes one. Kinds are not matched: [1, 2) is an
 * interval.
 */
function depthChange({ kind, text }: Token): number {
  if (kind === 'begin') return 1
  if (kind === 'end') return -1
  if (kind !== 'symbol' && kind !== 'command') return 0
  return openings.has(text) ? 1 : closings.has(text) ? -1 : 0
}

/** Index of the token that closes the group opened at `start`; −1 where none opens or none closes. */
export function findClosing(tokens: readonly Token[], start: number): number {
  let depth = 0
  for (let i = start; i < tokens.length; i++) {
    depth += depthChange(tokens[i])
    if (depth <= 0) return i === start ? -1 : i
  }
  return -1
}

/** Whether one pair of braces holds all of it. */
export function isWrapped(tokens: readonly Token[], open: '{'): boolean {
  return (
    tokens[0]?.kind === 'symbol' && tokens[0].text === open && findClosing(tokens, 0) === tokens.length - 1
  )
}

/** Parts between the separators that stand outside every group. */
export function splitTop(
  tokens: readonly Token[],
  isSeparator: (token: Token, index: number) => boolean,
): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]]
  let depth = 0
  tokens.forEach((token, i) => {
    depth += depthChange(token)
    if (depth === 0 && depthChange(token) === 0 && isSeparator(token, i)) parts.push([])
    else parts[parts.length - 1].push(token)
  })
  return parts
}
