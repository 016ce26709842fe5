import type { Evaluation, Run } from '../../../shared/runs/records.ts'
import type { SweepSpec } from '../../../shared/sweep/sweepSpec.ts'
import type { TrialScore } from '../../../shared/sweep/sweepSummary.ts'
import type { Trial } from '../../../shared/sweep/sweepTrials.ts'
import type { Database } from '../../store/database.ts'
import { readEvaluations } from '../../store/evaluationStore.ts'

export interface ScoredRuns {
  /** By trial name. */
  readonly runs: ReadonlyMap<string, Run>
  readonly metric: SweepSpec['metric']
  /** The evaluation at this step; left out: the run's last. */
  readonly step?: number
}

/** The scores of the trials whose runs have finished. */
export function scoresOf(
  db: Database,
  trials: readonly Trial[],
  { runs, metric, step }: ScoredRuns,
): TrialScore[] {
  return trials.flatMap((trial) => {
    const run = runs.get(trial.name)
    return run?.status === 'finished' ? [scoreOf(db, trial, { run, metric, step: step ?? null })] : []
  })
}

export interface ScoredRun {
  readonly run: Run
  readonly metric: SweepSpec['metric']
  /** The evaluation at this step; null = the run's last. */
  readonly step: number | null
}

/** What a trial's run has come to. */
export function scoreOf(db: Database, trial: TrialScore['trial'], scored: ScoredRun): TrialScore {
  return scoreFrom(readEvaluations(db, scored.run.runId), trial, scored)
}

/** The same of evaluations that were read already. */
export function scoreFrom(
  evaluations: readonly Evaluation[],
  trial: TrialScore['trial'],
  { run, metric, step }: ScoredRun,
): TrialScore {
  const valueOf = (split: Evaluation['split'], name: string): number | null =>
    evaluationAt(evaluations, split, step)?.proportions[name]?.value ?? null
  return {
    trial,
    validation: valueOf('validation', metric),
    test: valueOf('test', 'accuracy/final'),
    tokens: run.tokensGenerated,
  }
}

function evaluationAt(
  evaluations: readonly Evaluation[],
  split: Evaluation['split'],
  step: number | null,
): Evaluation | undefined {
  const own = evaluations.filter((each) => each.split === split)
  if (step !== null) return own.find((each) => each.step === step)
  return own.toSorted((a, b) => a.step - b.step).at(-1)
}
