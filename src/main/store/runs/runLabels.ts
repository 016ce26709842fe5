import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { Run } from '../../../shared/runs/records.ts'
import { isOver } from '../../../shared/runs/runTransitions.ts'
import type { Database } from '../database.ts'
import { readRun, setTags } from './runStore.ts'

/** What a user may write on a run; a field left out stays as it is. */
export interface RunLabels {
  readonly name?: string
  readonly notes?: string
  readonly group?: string | null
  readonly tags?: readonly string[]
  readonly archived?: boolean
  readonly pinned?: boolean
}

export function labelRun(db: Database, runId: string, labels: RunLabels): Run {
  return db.transaction(() => {
    const run = readRun(db, runId)
    const { name, notes, group, archived, pinned } = { ...run, ...labels }
    db.prepare(
      `UPDATE run SET name = :name, notes = :notes, run_group = :group, archived = :archived, pinned = :pinned
       WHERE run_id = :runId`,
    ).run({ name, notes, group, archived: archived ? 1 : 0, pinned: pinned ? 1 : 0, runId })
    if (labels.tags) setTags(db, runId, labels.tags)
    return readRun(db, runId)
  })()
}

/**
 * Takes the run out of every list; `restoreRun` undoes it until `recheck gc` erases it.
 *
 * @throws RecheckError `run.active` for a run that is queued, running or paused
 */
export function deleteRun(db: Database, runId: string, nowMs: number): void {
  const run = readRun(db, runId)
  if (!isOver(run.status)) {
    throw new RecheckError('run.active', `run ${runId} is ${run.status}; stop it before you delete it.`)
  }
  db.prepare('UPDATE run SET deleted_at_ms = ? WHERE run_id = ?').run(nowMs, runId)
}

export function restoreRun(db: Database, runId: string): Run {
  db.prepare('UPDATE run SET deleted_at_ms = NULL WHERE run_id = ?').run(runId)
  return readRun(db, runId)
}

/** Tables whose rows belong to one run by `run_id`. */
const tablesOfRun = [
  'tag',
  'rollout',
  'problem',
  'evaluation',
  'checkpoint',
  'event',
  'metric_series',
  'remote_run',
  'imported_run',
  'shard',
  'machine_history',
  'machine_bucket',
] as const

/** Tables that hang on one of those: child table, key, parent table. */
const dependents = [
  ['metric_point', 'series_id', 'metric_series'],
  ['metric_chunk', 'series_id', 'metric_series'],
  ['turn', 'rollout_id', 'rollout'],
] as const

/**
 * Removes every row of a run for good, and each V* artifact that it was the last to need: one stays as long
 * as the run that made it, or one that trained against it, is there. Its files are the caller's.
 */
export function eraseRun(db: Database, runId: string): void {
  db.transaction(() => {
    for (const [table, key, parent] of dependents) {
      db.prepare(`DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${parent} WHERE run_id = ?)`).run(
        runId,
      )
    }
    for (const table of tablesOfRun) db.prepare(`DELETE FROM ${table} WHERE run_id = ?`).run(runId)
    db.prepare('DELETE FROM run WHERE run_id = ?').run(runId)
    const unused = `run_id NOT IN (SELECT run_id FROM run)
      AND v_star_id NOT IN (SELECT v_star_id FROM run WHERE v_star_id IS NOT NULL)`
    db.exec(`DELETE FROM v_star_sample WHERE v_star_id IN (SELECT v_star_id FROM v_star WHERE ${unused});
      DELETE FROM v_star_estimate WHERE v_star_id IN (SELECT v_star_id FROM v_star WHERE ${unused});
      DELETE FROM v_star WHERE ${unused}`)
  }).immediate()
}
