import type { EvaluatedProblem, EvaluatedSample } from '../../../shared/runs/evaluation/evaluationResult.ts'
import type { ScoredRollout, ScoredTurn, TurnKind } from '../../rollout/rollout.ts'
import type { Tokenizer } from '../../tokens/tokenizer.ts'
import { verdictLogProb } from './testTimeSelection.ts'

/** An evaluation's rollouts by problem, in the order in which the problems first appear. */
export function evaluatedProblems(
  rollouts: readonly ScoredRollout[],
  tokenizer: Pick<Tokenizer, 'decode'>,
): readonly EvaluatedProblem[] {
  const byId = new Map<string, EvaluatedProblem>()
  for (const rollout of rollouts) {
    const { id, subject, level } = rollout.problem
    const held = byId.get(id) ?? { problemId: id, subject, level, samples: [] }
    held.samples.push(sampleOf(rollout, tokenizer))
    byId.set(id, held)
  }
  return [...byId.values()]
}

function sampleOf(rollout: ScoredRollout, tokenizer: Pick<Tokenizer, 'decode'>): EvaluatedSample {
  const find = (kind: TurnKind): ScoredTurn | undefined => rollout.turns.find((turn) => turn.kind === kind)
  const [attempt] = rollout.turns
  const [verdict, revision] = [find('verdict'), find('revision')]
  const final = revision ?? attempt
  return {
    attemptAnswer: attempt.answer,
    attemptCorrect: attempt.isCorrect,
    verdict: rollout.verdict,
    verdictLogProb: verdict === undefined ? null : verdictLogProb(verdict, tokenizer),
    isRevised: revision !== undefined,
    finalAnswer: final.answer,
    finalCorrect: final.isCorrect,
    attemptTokens: attempt.completionIds.length,
    verdictTokens: verdict?.completionIds.length ?? 0,
    revisionTokens: revision?.completionIds.length ?? 0,
  }
}
