import type { RunLogEntry } from '../../shared/runs/records.ts'
import type { Database } from './database.ts'
import { withStoreErrors } from './storeError.ts'

export type NewLogEntry = Omit<RunLogEntry, 'sequence' | 'step'> & {
  /** Said once a run. */
  readonly key?: string
  readonly step?: number
}

/**
 * Entries are numbered as they come: their order does not depend on the clock. One whose key the run has
 * already is not stored again.
 *
 * @throws RecheckError `store.disk-full`, `store.read-only`
 */
export function appendLog(db: Database, entry: NewLogEntry): void {
  const sequence = Number(
    db.prepare('SELECT coalesce(max(sequence), 0) + 1 FROM event WHERE run_id = ?').pluck().get(entry.runId),
  )
  const { runId, atMs, level, code, message, remedy, key = null, step = null } = entry
  const insert = db.prepare(
    `INSERT INTO event (run_id, sequence, at_ms, level, code, message, remedy, key, step)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id, key) WHERE key IS NOT NULL DO NOTHING`,
  )
  withStoreErrors(db.name, () => insert.run(runId, sequence, atMs, level, code, message, remedy, key, step))
}

/** The last `limit` entries after number `after`, oldest first. */
export function readLog(
  db: Database,
  runId: string,
  range: { readonly after: number; readonly limit: number },
): readonly RunLogEntry[] {
  return db
    .prepare<[string, number, number], RunLogEntry>(
      `SELECT run_id AS runId, sequence, at_ms AS atMs, level, code, message, remedy, step FROM event
       WHERE run_id = ? AND sequence > ? ORDER BY sequence DESC LIMIT ?`,
    )
    .all(runId, range.after, range.limit)
    .reverse()
}
