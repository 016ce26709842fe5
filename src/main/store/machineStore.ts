import type { MachineFigure, MachineHistory, MachineValue } from '../../shared/runs/machineHistory.ts'
import type { Database } from './database.ts'
import { withStoreErrors } from './storeError.ts'

/** A run has at most so many buckets: more than an hour of seconds, a day of 32 s. */
export const mostBuckets = 4096

/** Readings of one second. */
export interface MachineSample {
  /** Since the run began, whole. */
  readonly second: number
  /** In the order of `figures`; null where it was not read. */
  readonly values: readonly (number | null)[]
}

/** Count, sum and greatest reading of each figure, one after the other. */
type Totals = Float64Array
const perFigure = 3

interface HistoryRow {
  readonly seconds: number
  readonly figures: string
}

/**
 * Adds readings to a run's history. Figures that come later (a card that was not seen before) stand behind
 * those that are known.
 *
 * @throws RecheckError `store.disk-full`, `store.read-only`
 */
export function storeMachineSamples(
  db: Database,
  runId: string,
  {
    figures,
    samples,
  }: { readonly figures: readonly MachineFigure[]; readonly samples: readonly MachineSample[] },
): void {
  const inOne = db.transaction(() => {
    const { seconds, known } = openHistory(db, runId, figures)
    const places = figures.map(({ name }) => known.findIndex((figure) => figure.name === name))
    const byBucket = new Map<number, Totals>()
    for (const { second, values } of samples) {
      const bucket = Math.floor(second / seconds)
      const totals = byBucket.get(bucket) ?? readBucket(db, { runId, bucket, figures: known.length })
      byBucket.set(bucket, totals)
      values.forEach((value, index) => addReading(totals, places[index] ?? -1, value))
    }
    for (const [bucket, totals] of byBucket) writeBucket(db, runId, bucket, totals)
    thin(db, runId, seconds, known.length)
  })
  withStoreErrors(db.name, () => inOne.immediate())
}

function openHistory(
  db: Database,
  runId: string,
  figures: readonly MachineFigure[],
): { readonly seconds: number; readonly known: readonly MachineFigure[] } {
  const row = historyRow(db, runId)
  const before = row === undefined ? [] : (JSON.parse(row.figures) as MachineFigure[])
  const added = figures.filter(({ name }) => !before.some((figure) => figure.name === name))
  const known = [...before, ...added]
  const seconds = row?.seconds ?? 1
  if (row === undefined || added.length > 0)
    db.prepare('INSERT OR REPLACE INTO machine_history VALUES (?, ?, ?)').run(
      runId,
      seconds,
      JSON.stringify(known),
    )
  return { seconds, known }
}

function historyRow(db: Database, runId: string): HistoryRow | undefined {
  return db
    .prepare<[string], HistoryRow>('SELECT seconds, figures FROM machine_history WHERE run_id = ?')
    .get(runId)
}

interface BucketPlace {
  readonly runId: string
  readonly bucket: number
  readonly figures: number
}

function readBucket(db: Database, { runId, bucket, figures }: BucketPlace): Totals {
  const data = db
    .prepare('SELECT data FROM machine_bucket WHERE run_id = ? AND bucket = ?')
    .pluck()
    .get(runId, bucket)
  return Buffer.isBuffer(data) ? totalsOf(data, figures) : emptyTotals(figures)
}

function emptyTotals(figures: number): Totals {
  const totals = new Float64Array(figures * perFigure)
  for (let at = 2; at < totals.length; at += perFigure) totals[at] = -Infinity
  return totals
}

/** A bucket from before a figure was known has none of it. */
function totalsOf(data: Buffer, figures: number): Totals {
  const totals = emptyTotals(Math.max(figures, data.byteLength / (8 * perFigure)))
  const stored = Uint8Array.from(data)
  totals.set(new Float64Array(stored.buffer, 0, stored.byteLength / 8))
  return totals
}

function addReading(totals: Totals, place: number, value: number | null): void {
  if (place < 0 || value === null || !Number.isFinite(value)) return
  const at = place * perFigure
  totals[at] = (totals[at] ?? 0) + 1
  totals[at + 1] = (totals[at + 1] ?? 0) + value
  totals[at + 2] = Math.max(totals[at + 2] ?? -Infinity, value)
}

function addTotals(into: Totals, from: Totals): void {
  for (let at = 0; at < from.length; at += perFigure) {
    into[at] = (into[at] ?? 0) + (from[at] ?? 0)
    into[at + 1] = (into[at + 1] ?? 0) + (from[at + 1] ?? 0)
    into[at + 2] = Math.max(into[at + 2] ?? -Infinity, from[at + 2] ?? -Infinity)
  }
}

function writeBucket(db: Database, runId: string, bucket: number, totals: Totals): void {
  db.prepare('INSERT OR REPLACE INTO machine_bucket VALUES (?, ?, ?)').run(
    runId,
    bucket,
    Buffer.from(totals.buffer, totals.byteOffset, totals.byteLength),
  )
}

/** Neighbours become one until the run has few enough: a bucket then lasts twice as long. */
function thin(db: Database, runId: string, seconds: number, figures: number): void {
  const count = Number(db.prepare('SELECT count(*) FROM machine_bucket WHERE run_id = ?').pluck().get(runId))
  if (count <= mostBuckets) return
  const merged = mergeBuckets(readTotals(db, runId, figures), 2)
  db.prepare('DELETE FROM machine_bucket WHERE run_id = ?').run(runId)
  for (const [bucket, totals] of merged) writeBucket(db, runId, bucket, totals)
  db.prepare('UPDATE machine_history SET seconds = ? WHERE run_id = ?').run(seconds * 2, runId)
  thin(db, runId, seconds * 2, figures)
}

function readTotals(db: Database, runId: string, figures: number): ReadonlyMap<number, Totals> {
  const rows = db
    .prepare<[string], { readonly bucket: number; readonly data: Buffer }>(
      'SELECT bucket, data FROM machine_bucket WHERE run_id = ? ORDER BY bucket',
    )
    .all(runId)
  return new Map(rows.map(({ bucket, data }) => [bucket, totalsOf(data, figures)]))
}

function mergeBuckets(buckets: ReadonlyMap<number, Totals>, factor: number): ReadonlyMap<number, Totals> {
  const merged = new Map<number, Totals>()
  for (const [bucket, totals] of buckets) {
    const into = Math.floor(bucket / factor)
    const known = merged.get(into)
    if (known === undefined) merged.set(into, totals)
    else addTotals(known, totals)
  }
  return merged
}

/**
 * What the machine did, in at most `most` buckets over the whole run; null where nothing was kept: a run of
 * an earlier version, one that was executed elsewhere, or an imported one.
 */
export function readMachineHistory(
  db: Database,
  runId: string,
  most: number = mostBuckets,
): MachineHistory | null {
  const row = historyRow(db, runId)
  if (row === undefined) return null
  const figures = JSON.parse(row.figures) as MachineFigure[]
  const stored = readTotals(db, runId, figures.length)
  const span = Math.max(0, ...stored.keys()) + 1
  const factor = Math.max(1, Math.ceil(span / most))
  const buckets = [...mergeBuckets(stored, factor)].map(([index, totals]) => ({
    index,
    values: figures.map((_, place) => valueAt(totals, place)),
  }))
  return { seconds: row.seconds * factor, figures, buckets }
}

function valueAt(totals: Totals, place: number): MachineValue | null {
  const at = place * perFigure
  const count = totals[at] ?? 0
  return count === 0 ? null : { mean: (totals[at + 1] ?? 0) / count, max: totals[at + 2] ?? 0 }
}

/** The second after the last that is kept; 0 where nothing is. */
export function nextMachineSecond(db: Database, runId: string): number {
  const row = historyRow(db, runId)
  const last = db.prepare('SELECT max(bucket) FROM machine_bucket WHERE run_id = ?').pluck().get(runId)
  return row === undefined || typeof last !== 'number' ? 0 : (last + 1) * row.seconds
}
