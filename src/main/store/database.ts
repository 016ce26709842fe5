import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3, { type Database } from 'better-sqlite3'
import { RecheckError } from '../../shared/recheckError.ts'
import { assertReadable, migrate, schemaVersion, versionOf } from './migrations.ts'
import { storeError, withStoreErrors } from './storeError.ts'

export type { Database }

const busyTimeoutMs = 2500
/** Pages kept in memory, in KiB: a long series fits. */
const cacheKib = 64 * 1024

export function databasePath(dataDir: string): string {
  return join(dataDir, 'recheck.db')
}

/**
 * Opens the run store for its owner, the only process that writes; makes it when it is missing and brings an older
 * schema up to date.
 *
 * @throws RecheckError `store.newer`, `store.foreign`, `store.damaged`, `store.read-only`, `store.busy`,
 *   `store.disk-full`; a file that cannot be used is left as it is
 */
export function openForWriting(dataDir: string): Database {
  const path = databasePath(dataDir)
  makeFolder(dataDir)
  return open(path, { timeout: busyTimeoutMs }, (db) => {
    assertReadable(db, path)
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    db.pragma(`cache_size = -${cacheKib}`)
    migrate(db)
    openedInode.set(db, statSync(path).ino)
  })
}

/**
 * Opens the run store of this or another process for reading alone.
 *
 * @returns null when the folder holds no store yet
 * @throws RecheckError as `openForWriting`, and `store.older` when its owner has to bring it up to date first
 */
export function openForReading(dataDir: string): Database | null {
  const path = databasePath(dataDir)
  if (!existsSync(path)) return null
  return open(path, { timeout: busyTimeoutMs, readonly: true, fileMustExist: true }, (db) => {
    assertReadable(db, path)
    db.pragma(`cache_size = -${cacheKib}`)
    const version = versionOf(db)
    if (version < schemaVersion) {
      throw new RecheckError(
        'store.older',
        `${path} has schema version ${version} of an older Recheck; version ${schemaVersion} is read here. ` +
          'Start "recheck serve" or the window once: it brings the store up to date.',
      )
    }
  })
}

function open(path: string, options: BetterSqlite3.Options, prepare: (db: Database) => void): Database {
  const db = withStoreErrors(path, () => new BetterSqlite3(path, options))
  try {
    prepare(db)
    return db
  } catch (thrown) {
    db.close()
    throw storeError(thrown, path)
  }
}

/** Of a writer: which file it has open. */
const openedInode = new WeakMap<Database, number>()

/**
 * SQLite does not notice when its file is moved or deleted: it goes on writing where nobody will look, while files that
 * are found by the folder's path go elsewhere. To be asked before storing.
 *
 * @throws RecheckError `store.gone`
 */
export function assertInPlace(db: Database): void {
  const inode = statSync(db.name, { throwIfNoEntry: false })?.ino
  if (inode !== undefined && inode === openedInode.get(db)) return
  throw new RecheckError(
    'store.gone',
    `${db.name} was moved, replaced or deleted while it was in use. What was stored before is in the file that was moved: ` +
      'put the folder back, or name its new place with --data-dir, and resume the run.',
  )
}

/** @throws RecheckError `store.read-only` */
export function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new RecheckError(
      'store.read-only',
      `${dataDir}: the data folder cannot be made (${reason}). Choose another with --data-dir.`,
    )
  }
}

/** SQLite's own check of the whole file: `[]` when all is well, else what is wrong, at most 20 lines. */
export function integrityProblems(db: Database): readonly string[] {
  try {
    const lines = db.prepare('PRAGMA integrity_check(20)').pluck().all().map(String)
    return lines.length === 1 && lines[0] === 'ok' ? [] : lines
  } catch (thrown) {
    const error = storeError(thrown, db.name)
    if (error instanceof RecheckError && error.code === 'store.damaged') return [error.message]
    throw error
  }
}
