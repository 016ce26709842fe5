import type { Evaluation, StoredRollout } from '../../shared/runs/records.ts'
import type { Database } from './database.ts'
import { storeEvaluation } from './evaluationStore.ts'
import { openRolloutWriter } from './rollouts/rolloutStore.ts'

/**
 * Stores an evaluation that was made beside training, with its rollouts: both or neither. What is there
 * already stays.
 */
export function storeAskedEvaluation(
  db: Database,
  runId: string,
  made: { readonly evaluation: Evaluation; readonly rollouts: readonly StoredRollout[] },
): void {
  db.transaction(() => {
    openRolloutWriter(db, runId, 'first-stays').append(made.rollouts)
    storeEvaluation(db, made.evaluation, 'first-stays')
  }).immediate()
}
