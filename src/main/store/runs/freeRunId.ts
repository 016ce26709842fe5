import type { Database } from '../database.ts'

/**
 * An id that no run of the store has, deleted ones among them: drawn again while it is taken. Thousands of runs
 * may be made within a second, by a sweep or an import, and their ids differ in six hexadecimal digits alone.
 *
 * @param draw  makes an id
 */
export function freeRunId(db: Database, draw: () => string): string {
  const isTaken = db.prepare<[string]>('SELECT 1 FROM run WHERE run_id = ?')
  let runId = draw()
  while (isTaken.get(runId) !== undefined) runId = draw()
  return runId
}
