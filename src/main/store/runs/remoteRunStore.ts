import { RemotePlace } from '../../../shared/runs/remotePlace.ts'
import type { Database } from '../database.ts'
import { withStoreErrors } from '../storeError.ts'

/** A run that is executed elsewhere. */
export interface RemoteRun {
  readonly place: RemotePlace
  /** How often it was handed over; 0 = not yet. */
  readonly attempt: number
  /** The last attempt may still be at work: whoever owns the folder takes its records in. */
  readonly isOpen: boolean
  /** Of that attempt: the record up to which changes of status are in the run's row. */
  readonly taken: number
}

interface RemoteRow {
  readonly place: string
  readonly attempt: number
  readonly is_open: 0 | 1
  readonly taken: number
}

export function insertRemoteRun(db: Database, runId: string, place: RemotePlace): void {
  db.prepare('INSERT INTO remote_run (run_id, place) VALUES (?, ?)').run(runId, JSON.stringify(place))
}

/** @returns null for a run of this machine */
export function readRemoteRun(db: Database, runId: string): RemoteRun | null {
  const row = db.prepare<[string], RemoteRow>('SELECT * FROM remote_run WHERE run_id = ?').get(runId)
  if (row === undefined) return null
  const place = RemotePlace.parse(JSON.parse(row.place))
  return { place, attempt: row.attempt, isOpen: row.is_open === 1, taken: row.taken }
}

/** Runs of which an attempt may still be at work, in the order in which they were made. */
export function openRemoteRuns(db: Database): readonly string[] {
  return db
    .prepare<[], string>(
      'SELECT run_id FROM remote_run JOIN run USING (run_id) WHERE is_open = 1 ORDER BY number',
    )
    .pluck()
    .all()
}

export function isOpenRemote(db: Database, runId: string): boolean {
  return db.prepare('SELECT 1 FROM remote_run WHERE run_id = ? AND is_open = 1').get(runId) !== undefined
}

/** Stored before anything is handed over, so that no attempt is ever begun twice. @returns its number */
export function openAttempt(db: Database, runId: string): number {
  const next = db.prepare<[string], number>(
    'UPDATE remote_run SET attempt = attempt + 1, is_open = 1, taken = 0 WHERE run_id = ? RETURNING attempt',
  )
  return withStoreErrors(db.name, () => next.pluck().get(runId)) ?? 0
}

/** The run's status says how it ended. */
export function closeAttempt(db: Database, runId: string): void {
  const close = db.prepare('UPDATE remote_run SET is_open = 0 WHERE run_id = ?')
  withStoreErrors(db.name, () => close.run(runId))
}

/** The change of status that this record reports is in the run's row. */
export function markTaken(db: Database, runId: string, record: number): void {
  const mark = db.prepare('UPDATE remote_run SET taken = max(taken, ?) WHERE run_id = ?')
  withStoreErrors(db.name, () => mark.run(record, runId))
}
