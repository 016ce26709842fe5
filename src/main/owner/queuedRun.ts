import type { Run } from '../../shared/runs/records.ts'
import { newRunId } from '../host/machine/identifiers.ts'
import type { Database } from '../store/database.ts'
import { freeRunId } from '../store/runs/freeRunId.ts'
import { insertRun, type NewRun } from '../store/runs/runStore.ts'

/**
 * A new row, queued, under an id that no run has.
 *
 * @throws RecheckError `store.disk-full`, `store.read-only`
 */
export function insertQueuedRun(db: Database, run: Omit<NewRun, 'runId'>, nowMs: number): Run {
  const runId = freeRunId(db, () => newRunId(nowMs))
  return insertRun(db, { ...run, runId }, nowMs)
}
