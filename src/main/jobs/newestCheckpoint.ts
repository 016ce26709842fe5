import { join } from 'node:path'
import { RecheckError } from '../../shared/recheckError.ts'
import type { CheckpointRecord } from '../../shared/records.ts'
import { openCheckpoint, type OpenCheckpoint } from './checkpointFolder.ts'

export interface NewestCheckpoint {
  readonly record: CheckpointRecord
  readonly checkpoint: OpenCheckpoint
  /** Newer ones that could not be used, in words for the log. */
  readonly damaged: readonly string[]
}

/**
 * The newest sound checkpoint; null when a run has none at all.
 *
 * @param records  newest first
 * @throws RecheckError `checkpoint.none-sound` when there are some and all are damaged
 */
export async function openNewestCheckpoint(
  dataDir: string,
  records: readonly CheckpointRecord[],
): Promise<NewestCheckpoint | null> {
  const damaged: string[] = []
  for (const record of records) {
    try {
      const checkpoint = await openRecorded(join(dataDir, record.folder), record)
      return { record, checkpoint, damaged }
    } catch (thrown) {
      if (!isDamage(thrown)) throw thrown
      damaged.push(thrown.message)
    }
  }
  if (damaged.length === 0) return null
  throw new RecheckError(
    'checkpoint.none-sound',
    `no checkpoint of run ${records[0]?.runId} can be used. ${damaged.join(' ')} Start a new run from its config.`,
  )
}

/**
 * A process that was killed after it had put a step's second checkpoint in place, and before that was recorded, has
 * left a whole one under the first one's record: it is as good.
 */
async function openRecorded(folder: string, record: CheckpointRecord): Promise<OpenCheckpoint> {
  try {
    return await openCheckpoint(folder, record.sha256)
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown
    const found = await openCheckpoint(folder)
    if (found.runId === record.runId && found.step === record.step) return found
    throw thrown
  }
}

function isDamage(thrown: unknown): thrown is RecheckError {
  return thrown instanceof RecheckError && thrown.code === 'checkpoint.damaged'
}
