import { compareEvaluations } from '../../core/train/evaluation/compareEvaluations.ts'
import type { EvaluatedProblem, EvaluatedSample } from '../../shared/runs/evaluation/evaluationResult.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { StoredRollout } from '../../shared/runs/records.ts'
import type { ParsedInputOf } from '../../shared/routes/contract.ts'
import type { ComparedSteps } from '../../shared/routes/evaluations.ts'
import type { Database } from '../store/database.ts'
import { readRollouts } from '../store/rollouts/rolloutQuery.ts'

/** Rollouts of one evaluation that are compared: of more, the first so many. */
const mostRollouts = 100_000

/**
 * Two evaluations of a run by their stored rollouts, problem by problem.
 *
 * @throws RecheckError `eval.no-common-problem`
 */
export function comparedSteps(db: Database, wanted: ParsedInputOf<'evaluations.compare'>): ComparedSteps {
  const { runId, split } = wanted
  const problemsAt = (step: number): readonly EvaluatedProblem[] => {
    const page = { offset: 0, limit: mostRollouts }
    const { rollouts } = readRollouts(db, { runId, split, step }, page)
    if (rollouts.length > 0) return problemsOf(rollouts)
    throw new RecheckError(
      'eval.no-common-problem',
      `run ${runId} keeps no rollouts of an evaluation on the ${split} split at step ${step}.`,
    )
  }
  const { problems, metrics } = compareEvaluations(problemsAt(wanted.first), problemsAt(wanted.second))
  const shares = metrics.map(({ name, a, b, difference, mcNemar }) => ({
    name,
    first: a,
    second: b,
    difference,
    mcNemarP: mcNemar?.p ?? null,
  }))
  return { problems, shares }
}

function problemsOf(rollouts: readonly StoredRollout[]): readonly EvaluatedProblem[] {
  const byId = new Map<string, EvaluatedProblem>()
  for (const rollout of rollouts) {
    const { problemId, subject, level } = rollout
    const held = byId.get(problemId) ?? { problemId, subject, level, samples: [] }
    held.samples.push(sampleOf(rollout))
    byId.set(problemId, held)
  }
  return [...byId.values()]
}

function sampleOf({ turns, verdict }: StoredRollout): EvaluatedSample {
  const find = (kind: string): StoredRollout['turns'][number] | undefined =>
    turns.find((turn) => turn.kind === kind)
  const [attempt, judged, revision] = [find('attempt'), find('verdict'), find('revision')]
  const final = revision ?? attempt
  return {
    attemptAnswer: attempt?.answer ?? null,
    attemptCorrect: attempt?.isCorrect ?? false,
    verdict,
    verdictLogProb: null, // the store keeps none
    isRevised: revision !== undefined,
    finalAnswer: final?.answer ?? null,
    finalCorrect: final?.isCorrect ?? false,
    attemptTokens: attempt?.tokens ?? 0,
    verdictTokens: judged?.tokens ?? 0,
    revisionTokens: revision?.tokens ?? 0,
  }
}
