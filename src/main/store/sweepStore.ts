import { PlannedSweep } from '../../shared/sweep/plannedSweep.ts'
import type { Database } from './database.ts'

export interface KeptSweep extends PlannedSweep {
  readonly createdAtMs: number
}

interface SweepRow {
  readonly kind: string
  readonly spec: string
  readonly trials: number
  readonly place: string | null
  readonly parallel: number | null
  readonly createdAtMs: number
}

const columns = 'kind, spec, trials, place, parallel, created_at_ms AS createdAtMs'

/**
 * In the place of what was kept of a sweep of that name; it keeps the time when it was first made. Nobody is at
 * work on it yet.
 */
export function keepSweep(db: Database, { spec, place, ...sweep }: PlannedSweep, nowMs: number): void {
  db.prepare<[Record<string, unknown>]>(
    `INSERT INTO sweep (name, kind, spec, trials, place, parallel, created_at_ms)
     VALUES (:name, :kind, :spec, :trials, :place, :parallel, :nowMs)
     ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, spec = excluded.spec, trials = excluded.trials,
       place = excluded.place, parallel = excluded.parallel, under_way = 0`,
  ).run({
    ...sweep,
    name: spec.name,
    spec: JSON.stringify(spec),
    place: place === null ? null : JSON.stringify(place),
    nowMs,
  })
}

/** Whether the process that serves pages is to be at work on it, the next one too. */
export function markUnderWay(db: Database, name: string, isUnderWay: boolean): void {
  db.prepare<[number, string]>('UPDATE sweep SET under_way = ? WHERE name = ?').run(isUnderWay ? 1 : 0, name)
}

/** Names of the sweeps that a process which serves pages was at work on, oldest first. */
export function sweepsUnderWay(db: Database): readonly string[] {
  return db
    .prepare<[], string>('SELECT name FROM sweep WHERE under_way = 1 ORDER BY created_at_ms, name')
    .pluck()
    .all()
}

/** Newest first. */
export function listSweeps(db: Database): readonly KeptSweep[] {
  return db
    .prepare<[], SweepRow>(`SELECT ${columns} FROM sweep ORDER BY created_at_ms DESC, name`)
    .all()
    .map(sweepOfRow)
}

/** Null: none was kept under this name. */
export function readSweep(db: Database, name: string): KeptSweep | null {
  const row = db.prepare<[string], SweepRow>(`SELECT ${columns} FROM sweep WHERE name = ?`).get(name)
  return row === undefined ? null : sweepOfRow(row)
}

function sweepOfRow({ spec, place, createdAtMs, ...row }: SweepRow): KeptSweep {
  const read = {
    ...row,
    spec: JSON.parse(spec) as unknown,
    place: place === null ? null : (JSON.parse(place) as unknown),
  }
  return { ...PlannedSweep.parse(read), createdAtMs }
}
