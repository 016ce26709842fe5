import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventBatch } from '../../shared/runs/runEvent.ts'
import { fileError } from '../disk/fileError.ts'
import { beyondRetention, dropCheckpoint, readCheckpoints } from '../store/checkpointStore.ts'
import type { Database } from '../store/database.ts'
import { checkpointsFolder } from '../run/checkpointFolder.ts'

/** Folders of the checkpoints whose steps a batch gives another one. To be asked before it is stored. */
export function foldersReplacedBy(db: Database, batch: EventBatch): readonly string[] {
  const steps = new Set(
    batch.events.flatMap((event) => (event.type === 'checkpoint' ? event.checkpoint.step : [])),
  )
  if (steps.size === 0) return []
  return readCheckpoints(db, batch.runId)
    .filter(({ step }) => steps.has(step))
    .map(({ folder }) => folder)
}

/** Removes those of the folders that no row of the run names. */
export async function removeUnnamed(
  db: Database,
  dataDir: string,
  of: { readonly runId: string; readonly folders: readonly string[] },
): Promise<void> {
  const named = new Set(readCheckpoints(db, of.runId).map(({ folder }) => folder))
  for (const folder of of.folders) {
    if (!named.has(folder)) await removeFolder(dataDir, folder)
  }
}

/**
 * Removes what a killed trainer, or an owner killed between a row and its files, has left in a run's folder
 * of checkpoints. To be called while no trainer of the run lives.
 *
 * @throws RecheckError `file.read-only`
 */
export async function removeLeftovers(db: Database, dataDir: string, runId: string): Promise<void> {
  const parent = checkpointsFolder(runId)
  if (!existsSync(join(dataDir, parent))) return
  const folders = (await readdir(join(dataDir, parent))).map((name) => `${parent}/${name}`)
  await removeUnnamed(db, dataDir, { runId, folders })
}

/**
 * Lets go of all checkpoints of a run but the best by validation and the last `keepLast`. The row goes first:
 * a crash in between leaves a folder that `removeLeftovers` finds, never a row without its folder.
 */
export async function applyRetention(
  db: Database,
  dataDir: string,
  of: { readonly runId: string; readonly keepLast: number },
): Promise<void> {
  for (const checkpoint of beyondRetention(readCheckpoints(db, of.runId), of.keepLast)) {
    dropCheckpoint(db, checkpoint.checkpointId)
    await removeFolder(dataDir, checkpoint.folder)
  }
}

async function removeFolder(dataDir: string, folder: string): Promise<void> {
  try {
    // a trainer that is being ended may put a last file there
    await rm(join(dataDir, folder), { recursive: true, force: true, maxRetries: 3 })
  } catch (thrown) {
    throw fileError(thrown, join(dataDir, folder))
  }
}
