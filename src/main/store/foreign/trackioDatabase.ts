import { existsSync, readFileSync, statSync } from 'node:fs'
import BetterSqlite3, { type Database } from 'better-sqlite3'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { readError } from '../../disk/fileError.ts'
import { applicationId } from '../migrations.ts'

/** A row of trackio's table `metrics`: what was logged at one step. */
export interface TrackioRow {
  readonly runId: string
  readonly run: string
  /** ISO 8601. */
  readonly timestamp: string
  readonly step: number
  /** JSON of an object. */
  readonly metrics: string
}

export interface TrackioDatabase {
  /** Rows of `metrics`. */
  readonly rows: number
  readRows(): IterableIterator<TrackioRow>
  /** Of a run, JSON; null where it has none. */
  configOf(runId: string, run: string): string | null
  close(): void
}

/** Bytes that are read into memory; a larger one is refused. */
const largest = 1e9
/** Characters of one row's JSON. */
const longestCell = 8 * 2 ** 20

/**
 * Opens a project of trackio. The bytes are read into memory and the file is left alone: SQLite would make
 * files beside it. Views and virtual tables in the place of its tables are refused, as they run what the
 * file says.
 *
 * @throws RecheckError `import.unreadable`, `import.too-large`, `file.*`
 */
export function openTrackioDatabase(path: string): TrackioDatabase {
  const db = openInMemory(path)
  try {
    if (Number(db.pragma('application_id', { simple: true })) === applicationId) throw ownStore(path)
    const keys = columnsOf(db, 'metrics')
    const wanted = ['run_name', 'step', 'timestamp', 'metrics']
    if (keys === null || !wanted.every((column) => keys.has(column))) throw noTrackio(path)
    return reader(db, keys.has('run_id'), columnsOf(db, 'configs'))
  } catch (thrown) {
    db.close()
    throw thrown instanceof RecheckError ? thrown : unreadable(path, thrown)
  }
}

function openInMemory(path: string): Database {
  const { size } = statSync(path)
  if (size > largest)
    throw new RecheckError(
      'import.too-large',
      `${path}: the database is larger than 1 GB, the most that is read.`,
    )
  if (existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0)
    throw new RecheckError(
      'import.unreadable',
      `${path}: part of it is still in its log (${path}-wal). End the program that writes it, or save a copy with: sqlite3 ${path} "VACUUM INTO 'copy.db'"`,
    )
  const bytes = readBytes(path)
  // SQLite's file format: write and read version, 2 = with a log (WAL), 1 = without one
  bytes.fill(1, 18, 20)
  try {
    const db = new BetterSqlite3(bytes, { readonly: true })
    db.pragma('trusted_schema = OFF')
    db.pragma('cell_size_check = ON')
    return db
  } catch (thrown) {
    throw unreadable(path, thrown)
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (thrown) {
    throw readError(thrown, path)
  }
}

/** Null: there is no such plain table. */
function columnsOf(db: Database, table: 'metrics' | 'configs'): ReadonlySet<string> | null {
  const sql = db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?").pluck().get(table)
  if (typeof sql !== 'string' || !/^CREATE TABLE/i.test(sql)) return null
  const columns = db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table)
  return new Set(columns.map(String))
}

function reader(db: Database, hasIds: boolean, configs: ReadonlySet<string> | null): TrackioDatabase {
  // before trackio gave runs ids, their names told them apart
  const id = hasIds ? 'run_id' : 'run_name'
  const configKey = configs?.has('run_id') === true ? 'run_id' : 'run_name'
  const isText = `typeof(metrics) IN ('text', 'blob') AND length(metrics) <= ${longestCell}`
  return {
    rows: Number(db.prepare('SELECT count(*) FROM metrics').pluck().get()),
    readRows: () =>
      db
        .prepare<[], TrackioRow>(
          `SELECT CAST(${id} AS TEXT) AS runId, CAST(run_name AS TEXT) AS run, CAST(timestamp AS TEXT) AS timestamp,
             step, CASE WHEN ${isText} THEN CAST(metrics AS TEXT) ELSE '' END AS metrics FROM metrics ORDER BY rowid`,
        )
        .iterate(),
    configOf(runId, run) {
      if (configs === null || !configs.has('config')) return null
      const found = db
        .prepare(
          `SELECT CAST(config AS TEXT) FROM configs WHERE ${configKey} = ? AND length(config) <= ${longestCell}`,
        )
        .pluck()
        .get(configKey === 'run_id' ? runId : run)
      return typeof found === 'string' ? found : null
    },
    close: () => db.close(),
  }
}

function ownStore(path: string): RecheckError {
  return new RecheckError(
    'import.own',
    `${path} is a run store of Recheck, whose runs need no import: name its folder with --data-dir.`,
  )
}

function noTrackio(path: string): RecheckError {
  return new RecheckError(
    'import.unreadable',
    `${path} is an SQLite database without trackio's table of metrics (run_name, timestamp, step, metrics).`,
  )
}

function unreadable(path: string, thrown: unknown): RecheckError {
  const reason = thrown instanceof Error ? thrown.message : 'unknown'
  return new RecheckError('import.unreadable', `${path}: the database cannot be read: ${reason}`)
}
