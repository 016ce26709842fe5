import type { StoredRollout } from '../../shared/runs/records.ts'
import type { Database } from './database.ts'
import type { Outcome } from './rollouts/outcome.ts'

/** A rollout of an evaluation, as far as it was right. */
export interface EvaluatedOutcome {
  readonly problemKey: number
  readonly attempt: boolean
  readonly final: boolean
  /** null where no verdict was asked for. */
  readonly verdict: boolean | null
}

/** The kept rollouts of one evaluation, in their order. */
export function readEvaluatedOutcomes(
  db: Database,
  runId: string,
  { split, step }: Pick<StoredRollout, 'split' | 'step'>,
): readonly EvaluatedOutcome[] {
  return db
    .prepare<[string, string, number], { problemKey: number; verdict: string | null; outcome: Outcome }>(
      `SELECT problem_key AS problemKey, verdict, outcome FROM rollout
       WHERE run_id = ? AND split = ? AND step = ? ORDER BY position`,
    )
    .all(runId, split, step)
    .map(({ problemKey, verdict, outcome }) => {
      const attempt = outcome.startsWith('right')
      const truth = attempt ? 'correct' : 'wrong'
      return {
        problemKey,
        attempt,
        final: outcome.endsWith('right'),
        verdict: verdict === null ? null : verdict === truth,
      }
    })
}
