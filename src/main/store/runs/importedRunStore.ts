import { createHash } from 'node:crypto'
import {
  importFormatNames,
  type ImportFormat,
  type ImportedRun,
  type ImportedSeries,
  type ImportOutcome,
} from '../../../shared/runs/imports/importedRun.ts'
import { plainText } from '../../../shared/text/plainText.ts'
import type { Database } from '../database.ts'
import { appendLog } from '../eventLog.ts'
import { chunkPoints, packChunk, type RawPoint } from '../metrics/metricChunk.ts'
import { withStoreErrors } from '../storeError.ts'
import { freeRunId } from './freeRunId.ts'
import { restoreRun } from './runLabels.ts'
import { readRun } from './runStore.ts'

export interface RunIntake {
  /** For a run that was not here before; one that is taken is drawn again. */
  readonly newRunId: () => string
  /** File or folder that it was read from, as people call it. */
  readonly source: string
  readonly nowMs: number
}

/**
 * Stores runs that were read from a file, all of them or none. One that is here already stays as it is.
 *
 * @throws RecheckError `store.disk-full`, `store.read-only`
 */
export function storeImportedRuns(
  db: Database,
  runs: readonly ImportedRun[],
  intake: RunIntake,
): readonly ImportOutcome[] {
  const inOne = db.transaction(() => runs.map((run) => storeImportedRun(db, run, intake)))
  return withStoreErrors(db.name, () => inOne.immediate())
}

function storeImportedRun(db: Database, run: ImportedRun, intake: RunIntake): ImportOutcome {
  const known = findImported(db, run.fingerprint)
  if (known === null) return outcomeOf(run, { ...insertImported(db, run, intake), state: 'new' })
  const { name, deletedAtMs } = readRun(db, known)
  if (deletedAtMs !== null) restoreRun(db, known)
  return outcomeOf(run, { runId: known, name, state: deletedAtMs === null ? 'again' : 'restored' })
}

/** Where an imported run came from. */
export interface ImportSource {
  readonly format: ImportFormat
  /** File or folder, as people called it. */
  readonly source: string
}

/** Null: the run was not imported. */
export function readImportSource(db: Database, runId: string): ImportSource | null {
  return (
    db
      .prepare<[string], ImportSource>('SELECT format, source FROM imported_run WHERE run_id = ?')
      .get(runId) ?? null
  )
}

function findImported(db: Database, fingerprint: string): string | null {
  const runId = db.prepare('SELECT run_id FROM imported_run WHERE fingerprint = ?').pluck().get(fingerprint)
  return typeof runId === 'string' ? runId : null
}

function outcomeOf(
  { format, series, notes }: ImportedRun,
  stored: Pick<ImportOutcome, 'runId' | 'name' | 'state'>,
): ImportOutcome {
  return { ...stored, format, metrics: series.length, points: pointsOf(series), notes }
}

function pointsOf(series: readonly ImportedSeries[]): number {
  return series.reduce((sum, { step }) => sum + step.length, 0)
}

/** As a finished run: nothing goes on by itself, and nothing can be asked of it that writes to it. */
function insertImported(
  db: Database,
  run: ImportedRun,
  { newRunId, source, nowMs }: RunIntake,
): { readonly runId: string; readonly name: string } {
  const runId = freeRunId(db, newRunId)
  const name = run.name === '' ? `imported from ${importFormatNames[run.format]}` : run.name
  const { series, startedAtMs } = run
  const last = series.reduce((most, each) => Math.max(most, each.step.at(-1) ?? 0), 0)
  const activeMs = series.reduce((most, each) => Math.max(most, each.timeMs.at(-1) ?? 0), 0)
  const began = Math.round(startedAtMs ?? nowMs)
  db.prepare(
    `INSERT INTO run (run_id, name, stage, status, config, config_hash, created_at_ms, started_at_ms, ended_at_ms,
       step, steps_done, total_steps, active_ms, latest)
     VALUES (:runId, :name, 'imported', 'finished', :config, :configHash, :began, :began, :ended, :last, :last, :last, :activeMs, :latest)`,
  ).run({
    runId,
    name,
    config: run.config,
    configHash: createHash('sha256').update(run.config).digest('hex').slice(0, 12),
    began,
    ended: Math.round(began + activeMs),
    last,
    activeMs,
    latest: JSON.stringify(Object.fromEntries(series.map((each) => [each.name, each.value.at(-1) ?? null]))),
  })
  db.prepare('INSERT INTO imported_run VALUES (?, ?, ?, ?)').run(runId, run.format, run.fingerprint, source)
  for (const each of series) insertSeries(db, runId, each)
  noteImport(db, runId, { run, source, nowMs })
  return { runId, name }
}

/** Long ones into chunks at once, as `metricStore` packs them when they have grown. */
function insertSeries(db: Database, runId: string, { name, step, timeMs, value }: ImportedSeries): void {
  const seriesId = Number(
    db
      .prepare('INSERT INTO metric_series (run_id, name, points, last_step) VALUES (?, ?, ?, ?)')
      .run(runId, name, step.length, step.at(-1) ?? -1).lastInsertRowid,
  )
  const pointAt = (index: number): RawPoint => [step[index] ?? 0, timeMs[index] ?? 0, 0, 0, value[index] ?? 0]
  const addChunk = db.prepare('INSERT INTO metric_chunk VALUES (?, ?, ?, ?, ?)')
  const addPoint = db.prepare('INSERT INTO metric_point VALUES (?, ?, ?, ?, ?, ?)')
  let from = 0
  for (; from + chunkPoints <= step.length; from += chunkPoints) {
    const points = Array.from({ length: chunkPoints }, (_, index) => pointAt(from + index))
    addChunk.run(seriesId, step[from], step[from + chunkPoints - 1], chunkPoints, packChunk(points))
  }
  for (; from < step.length; from++) addPoint.run(seriesId, ...pointAt(from))
}

interface ImportNote {
  readonly run: ImportedRun
  readonly source: string
  readonly nowMs: number
}

function noteImport(db: Database, runId: string, { run, source, nowMs }: ImportNote): void {
  const from = `${importFormatNames[run.format]} (${plainText(source)})`
  const count = `${pointsOf(run.series).toLocaleString('en-US')} points of ${run.series.length.toLocaleString('en-US')} metrics`
  const log = (level: 'info' | 'warning', code: string, message: string): void =>
    appendLog(db, { runId, atMs: nowMs, level, code, message, remedy: null })
  log('info', 'run.imported', `Imported from ${from}: ${count}. It is read-only.`)
  for (const sentence of run.notes) log('info', 'import.note', sentence)
}
