import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { makeFolder } from './database.ts'
import { storeError } from './storeError.ts'

export interface FolderLock {
  release(): void
}

/** Long enough for a command that reads and goes; a real owner holds it for good. */
const patienceMs = 1000

/**
 * Takes the data folder for this process. The lock is one of the operating system's, on a small database of
 * its own: it goes with the process, even when that is killed.
 *
 * @returns null when another process has it
 * @throws RecheckError `store.read-only`, `store.damaged`
 */
export function lockFolder(dataDir: string): FolderLock | null {
  makeFolder(dataDir)
  const path = join(dataDir, 'owner.lock')
  try {
    const db = new BetterSqlite3(path, { timeout: patienceMs })
    try {
      db.pragma('journal_mode = MEMORY')
      db.exec('BEGIN EXCLUSIVE')
      return { release: () => void db.close() }
    } catch (thrown) {
      db.close()
      throw thrown
    }
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'SQLITE_BUSY') return null
    throw storeError(thrown, path)
  }
}
