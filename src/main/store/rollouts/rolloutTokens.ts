import type { Run, StoredRollout } from '../../../shared/runs/records.ts'
import type { Database } from '../database.ts'

/**
 * Mean tokens of a rollout, all turns, at one step of one split: what an answer costs.
 *
 * @returns null where no rollout is kept
 */
export function tokensPerRollout(
  db: Database,
  { runId }: Pick<Run, 'runId'>,
  { split, step }: Pick<StoredRollout, 'split' | 'step'>,
): number | null {
  return (
    db
      .prepare<[string, string, number], number | null>(
        `SELECT sum(turn.tokens) * 1.0 / count(DISTINCT rollout_id) FROM rollout JOIN turn USING (rollout_id)
         WHERE run_id = ? AND split = ? AND step = ?`,
      )
      .pluck()
      .get(runId, split, step) ?? null
  )
}
