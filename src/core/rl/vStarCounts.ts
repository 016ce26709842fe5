import type { Problem } from '../data/problem.ts'
import type { VStarEstimate } from '../../shared/records.ts'
import { tokensOf, type ScoredRollout, type TurnKind } from '../rollout/rollout.ts'

/**
 * Stage 1's counts for one problem, from its reference rollouts: N attempts, each with a verdict and a forced revision.
 * Revisions after the verdict "wrong" are counted apart: selective revision visits no other state.
 * Counts, not values: another β₁, α or κ needs no new samples.
 *
 * @throws RangeError unless every rollout has all three turns
 */
export function countReferenceTurns(problem: Problem, rollouts: readonly ScoredRollout[]): VStarEstimate {
  const outcomes = rollouts.map(({ turns, verdict }) => ({
    isRejected: verdict === 'wrong',
    attempt: isCorrect(turns, 'attempt'),
    verdict: isCorrect(turns, 'verdict'),
    revision: isCorrect(turns, 'revision'),
  }))
  const correct = outcomes.filter((outcome) => outcome.attempt)
  const wrong = outcomes.filter((outcome) => !outcome.attempt)
  const rejectedCorrect = correct.filter((outcome) => outcome.isRejected)
  const rejectedWrong = wrong.filter((outcome) => outcome.isRejected)
  const count = (among: readonly (typeof outcomes)[number][], kind: 'verdict' | 'revision') =>
    among.filter((outcome) => outcome[kind]).length
  return {
    problemId: problem.id,
    canonical: problem.canonical,
    samples: rollouts.length,
    correctAttempts: correct.length,
    verdictsAfterCorrect: correct.length,
    correctVerdictsAfterCorrect: count(correct, 'verdict'),
    verdictsAfterWrong: wrong.length,
    correctVerdictsAfterWrong: count(wrong, 'verdict'),
    revisionsAfterCorrect: correct.length,
    correctRevisionsAfterCorrect: count(correct, 'revision'),
    revisionsAfterWrong: wrong.length,
    correctRevisionsAfterWrong: count(wrong, 'revision'),
    revisionsAfterRejectedCorrect: rejectedCorrect.length,
    correctRevisionsAfterRejectedCorrect: count(rejectedCorrect, 'revision'),
    revisionsAfterRejectedWrong: rejectedWrong.length,
    correctRevisionsAfterRejectedWrong: count(rejectedWrong, 'revision'),
    tokens: rollouts.reduce((sum, { turns }) => sum + tokensOf(turns), 0),
  }
}

function isCorrect(turns: ScoredRollout['turns'], kind: TurnKind): boolean {
  const turn = turns.find((each) => each.kind === kind)
  if (turn === undefined) throw new RangeError(`countReferenceTurns: expected a ${kind} in every rollout`)
  return turn.isCorrect
}
