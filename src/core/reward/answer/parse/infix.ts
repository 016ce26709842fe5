/** `a \over b` and `n \choose k` as what they stand for: \frac{a}{b}, \binom{n}{k}. */
import type { Token } from './tokens/token.ts'
import { isJoiner, isSymbol, symbolToken } from './tokens/token.ts'
import { findClosing } from './tokens/tokenGroups.ts'

const infixes: Readonly<Record<string, string>> = { over: 'frac', choose: 'binom' }
/** A formula between two of these is on its own. */
const barriers = new Set([';', '=', '<', '>', '\\\\', '&', 'le', 'ge', 'ne', 'in', 'approx', 'equiv', 'cup'])

export function rewriteInfix(tokens: readonly Token[]): readonly Token[] {
  return tokens.some(isInfix) ? rewriteGroups(tokens) : tokens
}

function rewriteGroups(tokens: readonly Token[]): Token[] {
  const parts: Token[][] = [[]]
  const nested = rewriteNested(tokens)
  nested.forEach((token, i) => {
    if (isBarrier(token, nested[i + 1]) && isAtTop(nested, i)) parts.push([token], [])
    else parts[parts.length - 1].push(token)
  })
  return parts.flatMap((part) => asFraction(part) ?? part)
}

/**
 * What stands inside groups is rewritten; the braces of {a \over b} go, those of other groups and of a
 * subscript stay.
 */
function rewriteNested(tokens: readonly Token[]): readonly Token[] {
  const rewritten: Token[] = []
  for (let at = 0; at < tokens.length; at++) {
    const end = findClosing(tokens, at)
    const inner = tokens.slice(at + 1, Math.max(at + 1, end))
    const fraction =
      end > at && isSymbol(tokens[at], '{') && !isSymbol(tokens[at - 1], '_')
        ? asFraction(rewriteNested(inner))
        : null
    if (fraction !== null) rewritten.push(...fraction)
    else rewritten.push(tokens[at], ...rewriteGroups(inner), ...(end > at ? tokens.slice(end, end + 1) : []))
    at = Math.max(at, end)
  }
  return rewritten
}

function isBarrier(token: Token, next: Token | undefined): boolean {
  // 1,000 is one number
  if (isSymbol(token, ','))
    return next?.kind !== 'number' || next.gap === 'space' || !/^\d{3}\b/.test(next.text)
  return (
    isJoiner(token) || ((token.kind === 'symbol' || token.kind === 'command') && barriers.has(token.text))
  )
}

function isInfix({ kind, text }: Token): boolean {
  return kind === 'command' && Object.hasOwn(infixes, text)
}

/** @returns null where no infix stands at the top; two in one group are an error of TeX */
function asFraction(tokens: readonly Token[]): readonly Token[] | null {
  const places = tokens.flatMap((token, i) => (isInfix(token) && isAtTop(tokens, i) ? [i] : []))
  const [place] = places
  if (places.length !== 1 || place === 0 || place === tokens.length - 1) return null
  return [
    { kind: 'command', text: infixes[tokens[place].text], gap: tokens[0].gap },
    symbolToken('{'),
    ...tokens.slice(0, place),
    symbolToken('}'),
    symbolToken('{'),
    ...tokens.slice(place + 1),
    symbolToken('}'),
  ]
}

/** Outside every group. */
function isAtTop(tokens: readonly Token[], place: number): boolean {
  for (let at = 0; at < place; at++) {
    const end = findClosing(tokens, at)
    if (end >= place) return false
    at = Math.max(at, end)
  }
  return true
}
