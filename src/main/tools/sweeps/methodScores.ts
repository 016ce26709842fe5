import type { Evaluation, Run } from '../../../shared/runs/records.ts'
import type { CurvePoint, MethodScore } from '../../../shared/sweep/methodComparison.ts'
import type { Trial } from '../../../shared/sweep/sweepTrials.ts'
import type { Database } from '../../store/database.ts'
import { readTestEnds, type TestEnds } from '../../store/evaluationStore.ts'
import { readSeries } from '../../store/metrics/metricQuery.ts'
import { tokensPerRollout } from '../../store/rollouts/rolloutTokens.ts'
import { estimateTokens } from '../../store/vStarStore.ts'

/**
 * What the trials whose runs have finished came to on the test split; one without evaluations there has no
 * score.
 */
export function methodScores(
  db: Database,
  trials: readonly Trial[],
  runs: ReadonlyMap<string, Run>,
): readonly MethodScore[] {
  return trials.flatMap((trial) => {
    const run = runs.get(trial.name)
    if (run?.status !== 'finished') return []
    const tests = readTestEnds(db, run.runId)
    return tests === null ? [] : (scoreOf(db, { trial, run, tests }) ?? [])
  })
}

function scoreOf(
  db: Database,
  {
    trial,
    run,
    tests: { before, after },
  }: { readonly trial: Trial; readonly run: Run; readonly tests: TestEnds },
): MethodScore | null {
  const [attemptBefore, finalBefore] = [share(before, 'accuracy/attempt'), share(before, 'accuracy/final')]
  const [attempt, final] = [share(after, 'accuracy/attempt'), share(after, 'accuracy/final')]
  if (attemptBefore === null || finalBefore === null || attempt === null || final === null) return null
  const [onCorrect, onWrong] = [share(after, 'verifier/correctRecall'), share(after, 'verifier/wrongRecall')]
  const stageOne = run.vStarId === null ? 0 : (estimateTokens(db, run.vStarId) ?? 0)
  return {
    method: trial.point.label,
    seed: trial.seed,
    steps: run.stepsDone,
    tokens: stageOne + run.tokensGenerated,
    ms: run.activeMs,
    attemptBefore,
    finalBefore,
    attempt,
    final,
    balancedVerifier: onCorrect === null || onWrong === null ? null : (onCorrect + onWrong) / 2,
    answerTokens: tokensPerRollout(db, run, { split: 'test', step: after.step }),
    curve: curveOf(db, run, stageOne),
  }
}

function share({ proportions }: Evaluation, name: string): number | null {
  return proportions[name]?.value ?? null
}

function curveOf(db: Database, { runId }: Run, stageOne: number): CurvePoint[] {
  const { step, tokens, timeMs, value } = readSeries(db, runId, 'validation/accuracy/final')
  return [...value].map((accuracy, index) => ({
    accuracy,
    step: step[index] ?? 0,
    tokens: stageOne + (tokens[index] ?? 0),
    ms: timeMs[index] ?? 0,
  }))
}
