import type { Turn } from '../../rollout/rollout.ts'
import type { Tokenizer } from '../../tokens/tokenizer.ts'

/**
 * ln of the probability with which the verdict's own word was sampled: the sum over the tokens that spell the last
 * "correct" or "wrong" of a verdict turn (one token in most tokenizers, letters in a small one).
 *
 * @returns null where neither word is in the text
 */
export function verdictLogProb(turn: Turn, tokenizer: Pick<Tokenizer, 'decode'>): number | null {
  const decoded = (count: number): string =>
    tokenizer.decode(turn.completionIds.slice(0, count), { skipSpecialTokens: true })
  const text = decoded(turn.completionIds.length)
  const word = [...text.matchAll(/correct|wrong/gi)].at(-1)
  if (word === undefined) return null
  // the first token that adds to the text beyond the word's start, and the one that completes the word
  const first = countReaching(decoded, turn.completionIds.length, word.index + 1)
  const last = countReaching(decoded, turn.completionIds.length, word.index + word[0].length)
  return turn.samplingLogProbs.slice(first - 1, last).reduce((sum, logProb) => sum + logProb, 0)
}

/** How many tokens it takes to decode to at least so many characters; by bisection, since more tokens never give fewer. */
function countReaching(decoded: (count: number) => string, tokens: number, length: number): number {
  let [low, high] = [1, tokens]
  while (low < high) {
    const middle = (low + high) >> 1
    if (decoded(middle).length >= length) high = middle
    else low = middle + 1
  }
  return low
}
