import type { EvaluatedSample } from '../../../shared/evaluationResult.ts'

/** One vote: an answer (null = none, which votes for nothing) and whether it is right. */
export interface Vote {
  readonly answer: string | null
  readonly isCorrect: boolean
}

/** Whether two answers count as the same; the known answer is not at hand here. */
export type SameAnswer = (a: string, b: string) => boolean

/**
 * The answer with the most votes; of equally many, the one that came first. Answers are grouped by `same`, each with
 * the first of its group.
 *
 * @returns whether the chosen answer is right; false where nobody gave one
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
