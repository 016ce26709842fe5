import { existsSync } from 'node:fs'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { Clock } from '../host/machine/clock.ts'
import { processStart } from '../host/machine/processInfo.ts'
import { databasePath, openForReading, openForWriting, type Database } from '../store/database.ts'
import { withStoreErrors, withStoreErrorsLater } from '../store/storeError.ts'
import { readOwnerCard, takeOwnership } from './ownership.ts'
import { recoverRuns } from './recovery.ts'

/**
 * Reads a run store from a command, beside whoever owns it. When nobody does, what a killed owner left is set
 * right first, so that no run stands as running for ever.
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
    return await withStoreErrorsLater(db.name, () => read(db))
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
      return await withStoreErrorsLater(db.name, () => {
        recoverRuns(db, dataDir, clock.nowMs())
        return work(db)
      })
    } finally {
      db.close()
    }
  } finally {
    ownership.release()
  }
}

/** An owner is just starting, or the disk takes nothing: neither keeps anyone from reading. */
const readableAllTheSame: ReadonlySet<string> = new Set([
  'owner.busy',
  'store.read-only',
  'store.disk-full',
  'store.no-inodes',
  'store.too-large',
])

function setRight(dataDir: string, clock: Clock): void {
  const card = readOwnerCard(dataDir)
  if (card !== null && processStart(card.processId) !== null) return
  try {
    const ownership = takeOwnership(dataDir)
    try {
      const db = openForWriting(dataDir)
      try {
        withStoreErrors(db.name, () => recoverRuns(db, dataDir, clock.nowMs()))
      } finally {
        db.close()
      }
    } finally {
      ownership.release()
    }
  } catch (thrown) {
    if (!(thrown instanceof RecheckError) || !readableAllTheSame.has(thrown.code)) throw thrown
  }
}
