import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { ErrorData } from '../../../shared/errors/recheckError.ts'
import type { RemotePlace } from '../../../shared/runs/remotePlace.ts'
import type { Run, RunStatus, Stage } from '../../../shared/runs/records.ts'
import { assertMayBecome } from '../../../shared/runs/runTransitions.ts'
import { startedStage } from '../../../shared/runs/startedStage.ts'
import type { Database } from '../database.ts'
import { appendLog, type NewLogEntry } from '../eventLog.ts'
import { insertRemoteRun } from './remoteRunStore.ts'
import { runOf, type RunRow } from './runRow.ts'
import { insertShards } from './shardStore.ts'
import { withStoreErrors } from '../storeError.ts'

export interface NewRun {
  readonly runId: string
  readonly name: string
  readonly stage: Stage
  /** The resolved config as JSON text. */
  readonly config: string
  readonly configHash: string
  readonly totalSteps: number
  readonly tags: readonly string[]
  readonly notes: string
  readonly group: string | null
  readonly vStarId: string | null
  /** Where it is executed; left out: on this machine. */
  readonly place?: RemotePlace | null
  /** Stage 1: parts that are sampled by themselves; left out: it is in one piece. */
  readonly shards?: number | null
  /** First entries of its log: what was found while it was made. */
  readonly log?: readonly Omit<NewLogEntry, 'runId' | 'atMs'>[]
}

export interface ProcessIdentity {
  readonly processId: number
  readonly processStartedAtMs: number | null
}

const tagsOfRun = `(SELECT json_group_array(tag) FROM (SELECT tag FROM tag WHERE tag.run_id = run.run_id ORDER BY tag)) AS tags`

/**
 * A run is a row, queued, before it is a process.
 *
 * @throws RecheckError `store.disk-full`, `store.read-only`
 */
export function insertRun(
  db: Database,
  { log = [], place = null, shards = null, ...run }: NewRun,
  nowMs: number,
): Run {
  const inOne = db.transaction(() => {
    db.prepare(
      `INSERT INTO run (run_id, name, stage, status, config, config_hash, total_steps, notes, run_group, v_star_id, created_at_ms)
       VALUES (:runId, :name, :stage, 'queued', :config, :configHash, :totalSteps, :notes, :group, :vStarId, :nowMs)`,
    ).run({ ...run, tags: null, nowMs })
    setTags(db, run.runId, run.tags)
    if (place !== null) insertRemoteRun(db, run.runId, place)
    if (shards !== null) insertShards(db, run.runId, shards)
    for (const entry of log) appendLog(db, { ...entry, runId: run.runId, atMs: nowMs })
  })
  withStoreErrors(db.name, () => inOne.immediate())
  return readRun(db, run.runId)
}

/** @throws RecheckError `run.unknown` */
export function readRun(db: Database, runId: string): Run {
  const row = db.prepare<[string], RunRow>(`SELECT *, ${tagsOfRun} FROM run WHERE run_id = ?`).get(runId)
  if (row === undefined) throw unknownRun(runId)
  return runOf(row)
}

/** Longer ones than any run has are not repeated whole. */
const longestNamed = 80

/** Thrown where no run has this id or name. */
export function unknownRun(runId: string): RecheckError {
  const named =
    runId.length <= longestNamed
      ? `"${runId}"`
      : `"${runId.slice(0, longestNamed)}…" (${runId.length} characters)`
  return new RecheckError(
    'run.unknown',
    `there is no run ${named} here. The runs page and "recheck runs" list what there is.`,
  )
}

/** Thrown where a run is to be used that was deleted and not erased yet. */
export function deletedRun(runId: string): RecheckError {
  return new RecheckError(
    'run.deleted',
    `run ${runId} was deleted. Until "recheck gc" erases it, it can be restored in the window or in "recheck serve": ` +
      'it stands in the list of deleted runs.',
  )
}

export interface RunListFilter {
  /** Deleted runs alone (for undo), or all others. */
  readonly deleted?: boolean
  /** Runs of this group alone. */
  readonly group?: string
  readonly limit?: number
}

/** Newest first. Joins no history: the latest values stand in the row. */
export function listRuns(db: Database, filter: RunListFilter = {}): readonly Run[] {
  const rows = db
    .prepare<[string | null, number], Omit<RunRow, 'tags'>>(
      `SELECT * FROM run WHERE deleted_at_ms IS ${filter.deleted ? 'NOT NULL' : 'NULL'} AND run_group IS coalesce(?, run_group)
       ORDER BY number DESC LIMIT ?`,
    )
    .all(filter.group ?? null, filter.limit ?? -1)
  const tags = tagsByRun(db)
  return rows.map((row) => ({ ...runOf({ ...row, tags: null }), tags: tags.get(row.run_id) ?? [] }))
}

/** Tags of all runs in one reading, in the order of the alphabet. */
export function tagsByRun(db: Database): ReadonlyMap<string, readonly string[]> {
  const byRun = new Map<string, string[]>()
  const rows = db
    .prepare<[], [string, string]>('SELECT run_id, tag FROM tag ORDER BY run_id, tag')
    .raw()
    .iterate()
  for (const [runId, tag] of rows) {
    const tags = byRun.get(runId)
    if (tags) tags.push(tag)
    else byRun.set(runId, [tag])
  }
  return byRun
}

export function runsWithStatus(db: Database, statuses: readonly RunStatus[]): readonly Run[] {
  const marks = statuses.map(() => '?').join(', ')
  return db
    .prepare<RunStatus[], RunRow>(
      `SELECT *, ${tagsOfRun} FROM run WHERE status IN (${marks}) ORDER BY number`,
    )
    .all(...statuses)
    .map(runOf)
}

/** The last batch of events stored for this run: the next one is this plus 1. */
export function lastBatchOf(db: Database, runId: string): number {
  const last = db.prepare<[string], number>('SELECT last_batch FROM run WHERE run_id = ?').pluck().get(runId)
  if (last === undefined) throw unknownRun(runId)
  return last
}

export interface StatusChange {
  readonly status: RunStatus
  readonly error?: ErrorData | null
  readonly process?: ProcessIdentity | null
  readonly nowMs: number
}

/**
 * Changes the status by the table of `runTransitions`, and with it what belongs to it: start, end, process,
 * error. Where the clock was set back meanwhile, a run starts when it was made and ends when it started,
 * never before.
 *
 * @throws RecheckError `run.transition`, `run.imported`, `store.disk-full`, `store.read-only`
 */
export function changeStatus(db: Database, runId: string, change: StatusChange): Run {
  const inOne = db.transaction(() => {
    const before = readRun(db, runId)
    startedStage(before)
    assertMayBecome(runId, before.status, change.status)
    const isActive = change.status === 'running' || change.status === 'paused'
    const isEnd = !isActive && change.status !== 'queued'
    const process = isActive ? (change.process === undefined ? before : change.process) : null
    db.prepare(
      `UPDATE run SET status = :status, error_code = :errorCode, error_message = :errorMessage,
         process_id = :processId, process_started_at_ms = :processStartedAtMs,
         started_at_ms = coalesce(started_at_ms, max(:startedAtMs, created_at_ms)),
         ended_at_ms = max(:endedAtMs, coalesce(started_at_ms, created_at_ms)),
         -- a length that was not known before, for it followed from the data or from a budget of tokens
         total_steps = CASE WHEN :status = 'finished' AND total_steps = 0 THEN steps_done ELSE total_steps END
       WHERE run_id = :runId`,
    ).run({
      runId,
      status: change.status,
      errorCode: change.error?.code ?? null,
      errorMessage: change.error?.message ?? null,
      processId: process?.processId ?? null,
      processStartedAtMs: process?.processStartedAtMs ?? null,
      startedAtMs: change.status === 'running' ? change.nowMs : null,
      endedAtMs: isEnd ? change.nowMs : null,
    })
    return readRun(db, runId)
  })
  return withStoreErrors(db.name, inOne)
}

/**
 * The process is there and has worked for `activeMs` in all.
 *
 * @throws RecheckError `store.disk-full`, `store.read-only`
 */
export function recordHeartbeat(
  db: Database,
  runId: string,
  beat: { nowMs: number; activeMs: number },
): void {
  const update = db.prepare(
    'UPDATE run SET heartbeat_at_ms = :nowMs, active_ms = max(active_ms, :activeMs) WHERE run_id = :runId',
  )
  withStoreErrors(db.name, () => update.run({ runId, ...beat }))
}

/** A run that goes on with other settings. */
export function setConfig(
  db: Database,
  runId: string,
  { config, configHash }: Pick<Run, 'config' | 'configHash'>,
): void {
  db.prepare('UPDATE run SET config = ?, config_hash = ? WHERE run_id = ?').run(config, configHash, runId)
}

/** `finished` runs can be given more steps. */
export function setTotalSteps(db: Database, runId: string, totalSteps: number): void {
  db.prepare('UPDATE run SET total_steps = ? WHERE run_id = ?').run(totalSteps, runId)
}

export function setTags(db: Database, runId: string, tags: readonly string[]): void {
  db.transaction(() => {
    db.prepare('DELETE FROM tag WHERE run_id = ?').run(runId)
    const insert = db.prepare('INSERT OR IGNORE INTO tag (run_id, tag) VALUES (?, ?)')
    for (const tag of tags) insert.run(runId, tag)
  })()
}
