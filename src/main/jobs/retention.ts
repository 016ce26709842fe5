import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beyondRetention, dropCheckpoint, readCheckpoints } from '../store/checkpointStore.ts'
import type { Database } from '../store/database.ts'

/**
 * Lets go of all checkpoints of a run but the best by validation and the last `keepLast`. The row goes first: a crash in
 * between leaves a folder that `recheck gc` finds, never a row without its folder.
 */
export async function applyRetention(
  db: Database,
  dataDir: string,
  of: { readonly runId: string; readonly keepLast: number },
): Promise<void> {
  for (const checkpoint of beyondRetention(readCheckpoints(db, of.runId), of.keepLast)) {
    dropCheckpoint(db, checkpoint.checkpointId)
    await rm(join(dataDir, checkpoint.folder), { recursive: true, force: true })
  }
}
