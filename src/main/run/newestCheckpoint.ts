import { join } from 'node:path'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { CheckpointRecord } from '../../shared/runs/records.ts'
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
      const checkpoint = await openCheckpoint(join(dataDir, record.folder), record.sha256)
      return { record, checkpoint, damaged }
    } catch (thrown) {
      if (!isDamage(thrown)) throw thrown
      damaged.push(thrown.message)
    }
  }
  if (damaged.length === 0) return null
  const runId = records[0]?.runId
  throw new RecheckError(
    'checkpoint.none-sound',
    `no checkpoint of run ${runId} can be used. ${damaged.join(' ')} ` +
      `To begin it anew: recheck resume ${runId} --from 0`,
  )
}

function isDamage(thrown: unknown): thrown is RecheckError {
  return thrown instanceof RecheckError && thrown.code === 'checkpoint.damaged'
}
