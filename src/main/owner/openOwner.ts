import { databasePath, openForWriting, type Database } from '../store/database.ts'
import { storeError } from '../store/storeError.ts'
import { obeyCommand } from './obeyCommand.ts'
import { Owner, type OwnerSetup } from './owner.ts'
import { takeOwnership } from './ownership.ts'
import { recoverRuns } from './recovery.ts'

/**
 * The one process that writes a data folder and starts its trainers. Makes the store when it is missing, sets
 * right what a killed owner left, and listens to other processes' commands.
 *
 * @throws RecheckError `owner.busy`, or any of `openForWriting`
 */
export async function openOwner(setup: OwnerSetup): Promise<Owner> {
  const ownership = takeOwnership(setup.dataDir)
  let db: Database | null = null
  try {
    db = openForWriting(setup.dataDir)
    const recovered = recoverRuns(db, setup.dataDir, setup.clock.nowMs())
    const owner = new Owner(setup, db, { ownership, recovered })
    await owner.listen((command, client) => obeyCommand(owner, command, client))
    owner.takeUpRemote()
    void owner.workshop.evaluations.takeUp()
    return owner
  } catch (thrown) {
    db?.close()
    ownership.release()
    throw storeError(thrown, databasePath(setup.dataDir))
  }
}
