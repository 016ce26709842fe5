import { existsSync } from 'node:fs'
import { RecheckError } from '../../shared/recheckError.ts'
import type { Clock } from '../host/machine/clock.ts'
import { processStart } from '../host/machine/processInfo.ts'
import { databasePath, openForReading, openForWriting, type Database } from '../store/database.ts'
import { readOwnerCard, takeOwnership } from './ownership.ts'
import { recoverRuns } from './recovery.ts'

/**
 * Reads a run store from a command, beside whoever owns it. When nobody does, what a killed owner left is set right
 * first, so that no run stands as running for ever.
 *
 * @throws RecheckError `store.none` when the folder holds no store, or any of `openForReading`
 */
export async function readStore<T>(
  dataDir: string,
  clock: Clock,
  read: (db: Database) => T | Promise<T>,
): Promise<T> {
  if (!existsSync(databasePath(dataDir))) throw noStore(dataDir)
  setRight(dataDir, clock)
  const db = openForReading(dataDir)
  if (db === null) throw noStore(dataDir)
  try {
    return await read(db)
  } finally {
    db.close()
  }
}

function noStore(dataDir: string): RecheckError {
  return new RecheckError(
    'store.none',
    `${dataDir} holds no runs yet. "npm run demo" makes the first one; --data-dir names another folder.`,
  )
}

/** Work on a store that nobody else may own meanwhile. @throws RecheckError `owner.busy`, `store.none` */
export async function ownStore<T>(
  dataDir: string,
  clock: Clock,
  work: (db: Database) => T | Promise<T>,
): Promise<T> {
  if (!existsSync(databasePath(dataDir))) throw noStore(dataDir)
  const ownership = takeOwnership(dataDir)
  try {
    const db = openForWriting(dataDir)
    try {
      recoverRuns(db, dataDir, clock.nowMs())
      return await work(db)
    } finally {
      db.close()
    }
  } finally {
    ownership.release()
  }
}

function setRight(dataDir: string, clock: Clock): void {
  const card = readOwnerCard(dataDir)
  if (card !== null && processStart(card.processId) !== null) return
  try {
    const ownership = takeOwnership(dataDir)
    try {
      const db = openForWriting(dataDir)
      recoverRuns(db, dataDir, clock.nowMs())
      db.close()
    } finally {
      ownership.release()
    }
  } catch (thrown) {
    // an owner is just starting, or the folder is for reading alone: neither keeps anyone from reading
    const isHarmless =
      thrown instanceof RecheckError && ['owner.busy', 'store.read-only'].includes(thrown.code)
    if (!isHarmless) throw thrown
  }
}
