import BetterSqlite3, { type Database } from 'better-sqlite3'
import { integrityProblems } from './database.ts'
import { storeError } from './storeError.ts'

/** The whole database in one go: what is written meanwhile cannot make it begin again. */
const allPages = 0x7fffffff

/**
 * Copies the database while it is in use: the copy holds what was stored at one moment.
 *
 * @returns what is wrong with the copy; `[]` when it is sound
 */
export async function copyDatabase(db: Database, path: string): Promise<readonly string[]> {
  try {
    await db.backup(path, { progress: () => allPages })
  } catch (thrown) {
    throw storeError(thrown, path)
  }
  const copy = new BetterSqlite3(path)
  try {
    // one file, without the -wal and -shm of a store in use
    copy.pragma('journal_mode = DELETE')
    return integrityProblems(copy)
  } finally {
    copy.close()
  }
}

/** Bytes of the file, and how many of them hold nothing. */
export function databaseSize(db: Database): { readonly bytes: number; readonly freeBytes: number } {
  const number = (name: string): number => Number(db.pragma(name, { simple: true }))
  const pageBytes = number('page_size')
  return { bytes: number('page_count') * pageBytes, freeBytes: number('freelist_count') * pageBytes }
}

/** Gives the free pages back to the disk; needs room for a second copy while it works. */
export function compactDatabase(db: Database): void {
  try {
    db.exec('VACUUM')
    db.pragma('wal_checkpoint(TRUNCATE)')
  } catch (thrown) {
    throw storeError(thrown, db.name)
  }
}
