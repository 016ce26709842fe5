import { NotGradable } from '../budget.ts'
import type { Token } from './tokens/token.ts'

const maxSigns = 3

/**
 * 2 ± √3 as its two values. With ∓ in it all signs move together; several ± alone are independent.
 *
 * @returns null where there is no such sign
 */
export function expandPlusMinus(tokens: readonly Token[]): readonly (readonly Token[])[] | null {
  const places = tokens.flatMap((token, i) => (isPlusMinus(token) ? [i] : []))
  if (places.length === 0) return null
  if (places.length > maxSigns) throw new NotGradable(`more than ${maxSigns} signs ±`)
  const isJoint = places.some((place) => tokens[place].text === 'mp')
  const choices = isJoint
    ? [0, 2 ** places.length - 1]
    : Array.from({ length: 2 ** places.length }, (_, k) => k)
  return choices.map((choice) => withSigns(tokens, places, choice))
}

function isPlusMinus({ kind, text }: Token): boolean {
  return kind === 'command' && (text === 'pm' || text === 'mp')
}

/** Bit k of the choice turns the k-th sign over. A leading plus is left out, so that +3 is the numeral 3. */
function withSigns(tokens: readonly Token[], places: readonly number[], choice: number): readonly Token[] {
  return tokens.flatMap((token, i): readonly Token[] => {
    const place = places.indexOf(i)
    if (place < 0) return [token]
    const isPlus = (token.text === 'pm') !== ((choice >> place) % 2 === 1)
    if (isPlus && i === 0) return []
    return [{ kind: 'symbol', text: isPlus ? '+' : '-', gap: 'none' }]
  })
}
