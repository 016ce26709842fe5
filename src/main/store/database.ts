import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3, { type Database } from 'better-sqlite3'
import { errorData, RecheckError } from '../../shared/errors/recheckError.ts'
import { meaningOf } from '../../shared/errors/systemErrors.ts'
import { fileError, readError } from '../disk/fileError.ts'
import { makeFolders } from '../disk/makeFolders.ts'
import { assertHeaderIsSound } from './fileHeader.ts'
import { assertReadable, migrate, schemaVersion, versionOf } from './migrations.ts'
import { storeError, withStoreErrors } from './storeError.ts'

export type { Database }

const busyTimeoutMs = 2500
/** Pages kept in memory, in KiB: a long series fits. */
const cacheKib = 64 * 1024
/** Bytes; a Buffer takes 2 GiB. */
const largestInMemory = 1e9

export function databasePath(dataDir: string): string {
  return join(dataDir, 'recheck.db')
}

/**
 * Opens the run store for its owner, the only process that writes; makes it when it is missing and brings an
 * older schema up to date.
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
    db.pragma('synchronous = FULL')
    db.pragma(`cache_size = -${cacheKib}`)
    migrate(db)
    openedInode.set(db, statSync(path).ino)
  })
}

/**
 * Opens the run store of this or another process for reading alone. One on a disk that cannot be written,
 * with nobody at work on it, is read into memory: SQLite wants to make files beside it, and better-sqlite3
 * takes no `immutable=1`.
 *
 * @returns null when the folder holds no store yet
 * @throws RecheckError as `openForWriting`, and `store.older` when its owner has to bring it up to date first
 */
export function openForReading(dataDir: string): Database | null {
  const path = databasePath(dataDir)
  if (!existsSync(path)) return null
  const options = { timeout: busyTimeoutMs, readonly: true, fileMustExist: true }
  try {
    return open(path, options, prepareForReading)
  } catch (thrown) {
    if (!(thrown instanceof RecheckError) || thrown.data['sqlite'] !== 'SQLITE_CANTOPEN') throw thrown
    return openInMemory(path)
  }
}

function prepareForReading(db: Database, path: string): void {
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
}

/** A store that was closed: one file that holds everything. */
function openInMemory(path: string): Database {
  const { size } = statSync(path)
  const isWhole = !existsSync(`${path}-wal`) || statSync(`${path}-wal`).size === 0
  if (!isWhole || size > largestInMemory) {
    const why = isWhole
      ? 'it is too large to be read into memory'
      : 'part of it is still in its log, recheck.db-wal'
    throw new RecheckError(
      'store.read-only',
      `${path}: its folder cannot be written, and ${why}. Copy the folder to where it can be written, and name the copy with --data-dir.`,
    )
  }
  const bytes = readBytes(path)
  // SQLite's file format: write and read version, 2 = with a log (WAL), 1 = without one
  bytes.fill(1, 18, 20)
  const db = new BetterSqlite3(bytes, { readonly: true })
  return prepared(db, path, prepareForReading)
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (thrown) {
    throw readError(thrown, path)
  }
}

type Prepare = (db: Database, path: string) => void

function open(path: string, options: BetterSqlite3.Options, prepare: Prepare): Database {
  assertHeaderIsSound(path)
  const db = withStoreErrors(path, () => new BetterSqlite3(path, options))
  return prepared(db, path, prepare)
}

/** @throws what `prepare` throws, with the path; the database is closed then */
function prepared(db: Database, path: string, prepare: Prepare): Database {
  try {
    prepare(db, path)
    return db
  } catch (thrown) {
    db.close()
    throw storeError(thrown, path)
  }
}

/** Of a writer: which file it has open. */
const openedInode = new WeakMap<Database, number>()

/**
 * SQLite does not notice when its file is moved or deleted: it goes on writing where nobody will look, while
 * files that are found by the folder's path go elsewhere. To be asked before storing.
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

/** @throws RecheckError `store.read-only`, `file.disk-full`, `file.no-inodes` */
export function makeFolder(dataDir: string): void {
  try {
    makeFolders(dataDir, 0o700)
  } catch (thrown) {
    const meaning = meaningOf(thrown)
    if (meaning?.isAboutSpace) throw fileError(thrown, dataDir)
    const problem = meaning?.problem ?? errorData(thrown).message
    throw new RecheckError(
      'store.read-only',
      `${dataDir}: the data folder cannot be made: ${problem}. Choose another with --data-dir.`,
    )
  }
}

/** SQLite's own check of the whole file: `[]` when all is well, else what is wrong, at most 20 lines. */
export function integrityProblems(db: Database): readonly string[] {
  try {
    const lines = db
      .prepare('PRAGMA integrity_check(20)')
      .pluck()
      .all()
      .flatMap((found) => String(found).split('\n')) // the first row has a line for every page
    return lines.length === 1 && lines[0] === 'ok' ? [] : lines
  } catch (thrown) {
    const error = storeError(thrown, db.name)
    if (error instanceof RecheckError && error.code === 'store.damaged') return [error.message]
    throw error
  }
}
