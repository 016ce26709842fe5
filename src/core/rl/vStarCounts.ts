import type { Problem } from '../data/problem.ts'
import type { VStarEstimate } from '../../shared/runs/records.ts'
import { tokensOf, type ScoredRollout, type TurnKind } from '../rollout/rollout.ts'

/** Turns of one kind in one class of attempt. */
interface Counted {
  readonly all: number
  readonly correct: number
}

/**
 * Stage 1's counts for one problem, from its reference rollouts: N attempts, each with a verdict and a forced
 * revision, or with what of these the config's turns have; a kind that was not sampled counts 0. Revisions
 * after the verdict "wrong" are counted apart: selective revision visits no other state. Counts, not values:
 * another β₁, α or κ needs no new samples.
 */
export function countReferenceTurns(problem: Problem, rollouts: readonly ScoredRollout[]): VStarEstimate {
  const [correct, wrong] = [true, false].map((isCorrect) =>
    rollouts.filter(({ turns }) => turns[0].isCorrect === isCorrect),
  )
  const verdicts = [countOf(correct, 'verdict'), countOf(wrong, 'verdict')]
  const revisions = [countOf(correct, 'revision'), countOf(wrong, 'revision')]
  const rejected = [countOf(rejectedOf(correct), 'revision'), countOf(rejectedOf(wrong), 'revision')]
  return {
    problemId: problem.id,
    canonical: problem.canonical,
    samples: rollouts.length,
    correctAttempts: correct.length,
    verdictsAfterCorrect: verdicts[0].all,
    correctVerdictsAfterCorrect: verdicts[0].correct,
    verdictsAfterWrong: verdicts[1].all,
    correctVerdictsAfterWrong: verdicts[1].correct,
    revisionsAfterCorrect: revisions[0].all,
    correctRevisionsAfterCorrect: revisions[0].correct,
    revisionsAfterWrong: revisions[1].all,
    correctRevisionsAfterWrong: revisions[1].correct,
    revisionsAfterRejectedCorrect: rejected[0].all,
    correctRevisionsAfterRejectedCorrect: rejected[0].correct,
    revisionsAfterRejectedWrong: rejected[1].all,
    correctRevisionsAfterRejectedWrong: rejected[1].correct,
    tokens: rollouts.reduce((sum, { turns }) => sum + tokensOf(turns), 0),
  }
}

function rejectedOf(rollouts: readonly ScoredRollout[]): readonly ScoredRollout[] {
  return rollouts.filter(({ verdict }) => verdict === 'wrong')
}

function countOf(rollouts: readonly ScoredRollout[], kind: TurnKind): Counted {
  const turns = rollouts.flatMap((rollout) => rollout.turns.filter((turn) => turn.kind === kind))
  return { all: turns.length, correct: turns.filter(({ isCorrect }) => isCorrect).length }
}
