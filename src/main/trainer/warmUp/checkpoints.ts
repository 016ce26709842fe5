import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Trainer } from '../../../core/train/engine/trainer.ts'
import type { WarmUpState } from '../../../core/train/warmUp/warmUpState.ts'
import { systemCodeOf } from '../../../shared/errors/systemErrors.ts'
import { systemClock } from '../../host/machine/clock.ts'
import { newId } from '../../host/machine/identifiers.ts'
import {
  checkpointsFolder,
  openCheckpoint,
  writeCheckpoint,
  type OpenCheckpoint,
} from '../../run/checkpointFolder.ts'
import { openNewestCheckpoint } from '../../run/newestCheckpoint.ts'
import type { JobPort, JobRequest } from '../../wire/jobPort.ts'
import { trainerBlob, trainerBlobName } from '../trainerStateFile.ts'

/** Where a warm-up's checkpoints are kept. */
export interface WarmUpCheckpoints {
  /** The newest sound one; null: none. */
  newest(): Promise<OpenCheckpoint | null>
  save(state: WarmUpState): Promise<void>
}

export interface WarmUpPlace {
  readonly request: JobRequest
  readonly port: Pick<JobPort, 'checkpoint' | 'flush'>
  readonly trainer: Trainer
  /** Hash of the model that the warm-up starts from. */
  readonly modelHash: string
}

/**
 * A run that is only a warm-up has its checkpoints recorded like any other run's. In a run of all stages
 * steps are counted anew after the warm-up, so that its checkpoints have a folder of their own beside those
 * of stage 2, and no rows; the last one is kept, until the model is written.
 */
export function warmUpCheckpoints(place: WarmUpPlace): WarmUpCheckpoints {
  return place.request.run.stage === 'warm-up' ? recorded(place) : beside(place)
}

function recorded({ request, port, trainer, modelHash }: WarmUpPlace): WarmUpCheckpoints {
  const { dataDir, checkpoints } = request
  const { runId } = request.run
  return {
    newest: async () => (await openNewestCheckpoint(dataDir, checkpoints))?.checkpoint ?? null,
    async save(state) {
      const written = await write({ dataDir, runId, step: state.step }, { trainer, modelHash, state })
      await port.checkpoint({
        ...written,
        checkpointId: newId('checkpoint'),
        runId,
        step: state.step,
        validation: null,
        createdAtMs: systemClock.nowMs(),
      })
    },
  }
}

/** The run id under which the folder of an inner warm-up's checkpoints is found. */
function innerId(runId: string): string {
  return `${runId}/warm-up`
}

function beside({ request, port, trainer, modelHash }: WarmUpPlace): WarmUpCheckpoints {
  const { dataDir } = request
  const runId = innerId(request.run.runId)
  const folder = join(dataDir, checkpointsFolder(runId))
  return {
    async newest() {
      for (const name of (await stepFolders(folder)).reverse()) {
        const checkpoint = await openCheckpoint(join(folder, name)).catch(() => null)
        if (checkpoint !== null) return checkpoint
      }
      return null
    },
    async save(state) {
      const before = await stepFolders(folder)
      // what was reported up to here is stored before a checkpoint that goes on from here is there
      await port.flush()
      await write({ dataDir, runId, step: state.step }, { trainer, modelHash, state })
      for (const name of before) await rm(join(folder, name), { recursive: true, force: true })
    },
  }
}

/** Ascending by step: the names are padded. */
async function stepFolders(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.startsWith('step-')).sort()
  } catch (thrown) {
    if (systemCodeOf(thrown) === 'ENOENT') return []
    throw thrown
  }
}

async function write(
  place: Parameters<typeof writeCheckpoint>[0],
  {
    trainer,
    modelHash,
    state,
  }: { readonly trainer: Trainer; readonly modelHash: string; readonly state: WarmUpState },
): ReturnType<typeof writeCheckpoint> {
  const pieces = trainerBlob(trainer.viewState(), modelHash)
  return writeCheckpoint(place, { blobs: { [trainerBlobName]: asyncPieces(pieces) }, state })
}

async function* asyncPieces(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces
}

/** Removes the checkpoints of an inner warm-up, once its model is there. */
export async function removeInnerCheckpoints(dataDir: string, runId: string): Promise<void> {
  await rm(join(dataDir, checkpointsFolder(innerId(runId))), { recursive: true, force: true })
}
