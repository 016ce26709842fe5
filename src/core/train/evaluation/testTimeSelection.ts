/**
 * Ways to choose one of several samples of a problem at test time: by vote, or by the policy's own verdicts.
 */
import type { EvaluatedSample } from '../../../shared/runs/evaluation/evaluationResult.ts'
import type { Turn } from '../../rollout/rollout.ts'
import type { Tokenizer } from '../../tokens/tokenizer.ts'

/** One vote: an answer (null = none, which votes for nothing) and whether it is correct. */
export interface Vote {
  readonly answer: string | null
  readonly isCorrect: boolean
}

/** Whether two answers count as the same; the known answer is not at hand here. */
export type SameAnswer = (a: string, b: string) => boolean

/**
 * The answer with the most votes; of equally many, the one that came first. Answers are grouped by `same`,
 * each with the first of its group.
 *
 * @returns whether the chosen answer is correct; false where nobody gave one
 */
export function majorityVote(votes: readonly Vote[], same: SameAnswer): boolean {
  const groups: { readonly answer: string; readonly isCorrect: boolean; votes: number }[] = []
  for (const { answer, isCorrect } of votes) {
    if (answer === null) continue
    const group = groups.find((each) => each.answer === answer || same(each.answer, answer))
    if (group) group.votes++
    else groups.push({ answer, isCorrect, votes: 1 })
  }
  const most = Math.max(0, ...groups.map((group) => group.votes))
  return groups.find((group) => group.votes === most)?.isCorrect ?? false
}

export function attemptVote({ attemptAnswer, attemptCorrect }: EvaluatedSample): Vote {
  return { answer: attemptAnswer, isCorrect: attemptCorrect }
}

export function finalVote({ finalAnswer, finalCorrect }: EvaluatedSample): Vote {
  return { answer: finalAnswer, isCorrect: finalCorrect }
}

/**
 * Self-verify best-of-N: of the attempts judged correct, the one whose verdict had the highest probability;
 * where none is, of those judged wrong the one with the lowest; where no verdict parsed, the mean. Source:
 * PAG, arXiv 2506.10406, and its code.
 *
 * @param samples  of one problem; at least one
 * @returns 1 or 0 for the chosen attempt; a share where no verdict parsed
 */
export function selfVerifiedBest(samples: readonly EvaluatedSample[]): number {
  const judged = (verdict: 'correct' | 'wrong'): readonly EvaluatedSample[] =>
    samples.filter((sample) => sample.verdict === verdict)
  const chosen = surest(judged('correct'), 1) ?? surest(judged('wrong'), -1)
  if (chosen) return chosen.attemptCorrect ? 1 : 0
  return samples.filter(({ attemptCorrect }) => attemptCorrect).length / samples.length
}

/** The first sample with the largest sign · ln p; a verdict without a probability comes last. */
function surest(samples: readonly EvaluatedSample[], sign: 1 | -1): EvaluatedSample | null {
  let best: EvaluatedSample | null = null
  let bestScore = -Infinity
  for (const sample of samples) {
    const score = sample.verdictLogProb === null ? -Infinity : sign * sample.verdictLogProb
    if (best === null || score > bestScore) {
      best = sample
      bestScore = score
    }
  }
  return best
}

/**
 * ln of the probability with which the verdict's own word was sampled: the sum over the tokens that spell the
 * last "correct" or "wrong" of a verdict turn (one token in most tokenizers, letters in a small one).
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

/**
 * How many tokens it takes to decode to at least so many characters; by bisection, since more tokens never
 * give fewer.
 */
function countReaching(decoded: (count: number) => string, tokens: number, length: number): number {
  let [low, high] = [1, tokens]
  while (low < high) {
    const middle = (low + high) >> 1
    if (decoded(middle).length >= length) high = middle
    else low = middle + 1
  }
  return low
}
