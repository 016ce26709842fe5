import type { Tokenizer } from './tokenizer.ts'

/** What a decoder writes for the first bytes of a character that is not complete yet. */
const incomplete = '\uFFFD'

/**
 * Where in a completion's text each token ends, in UTF-16 units. A token that only begins a character ends
 * where the one before did; so does a special token, which has no text.
 *
 * Each token is decoded behind the few before it: alone it could lose its leading space.
 *
 * @param ids   the completion's first tokens, or all of them
 * @param text  the whole completion, special tokens left out
 * @returns null where the pieces do not add up to the text, as with decoders that rewrite what they have
 *   written
 */
export function tokenEnds(
  ids: readonly number[],
  text: string,
  tokenizer: Pick<Tokenizer, 'decode'>,
): readonly number[] | null {
  const decode = (from: number, to: number): string =>
    tokenizer.decode(ids.slice(from, to), { skipSpecialTokens: true })
  const ends: number[] = []
  let context = 0
  let told = 0
  let end = 0
  for (let count = 1; count <= ids.length; count++) {
    const before = decode(context, told)
    const now = decode(context, count)
    const isWhole = !now.endsWith(incomplete) || text.startsWith(now.slice(before.length), end)
    if (now.length > before.length && isWhole) {
      const piece = now.slice(before.length)
      if (!text.startsWith(piece, end)) return null
      end += piece.length
      context = told
      told = count
    }
    ends.push(end)
  }
  return ends
}
