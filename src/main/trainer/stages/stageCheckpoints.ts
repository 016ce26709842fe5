import type { Trainer } from '../../../core/train/engine/trainer.ts'
import type { CheckpointEvent } from '../../../core/train/trainEvent.ts'
import { readTrainState, type TrainState } from '../../../core/train/trainState.ts'
import { systemClock } from '../../host/machine/clock.ts'
import { newId } from '../../host/machine/identifiers.ts'
import { writeCheckpoint } from '../../run/checkpointFolder.ts'
import type { JobContext } from '../jobContext.ts'
import { openNewestCheckpoint } from '../../run/newestCheckpoint.ts'
import { trainedShapes } from '../../run/trainedParameters.ts'
import { checkReference, readTrainerBlob, trainerBlob, trainerBlobName } from '../trainerStateFile.ts'

/**
 * Loads the newest sound checkpoint into the trainer; a damaged newer one is named in the log.
 *
 * @returns null when there is none: the stage starts from the beginning
 * @throws RecheckError `checkpoint.none-sound`, `checkpoint.other-model`
 */
export async function restoreState(
  { request, port, config, material }: JobContext,
  trainer: Trainer,
): Promise<TrainState | null> {
  const newest = await openNewestCheckpoint(request.dataDir, request.checkpoints)
  if (newest === null) return null
  for (const message of newest.damaged) {
    port.emit({
      type: 'log',
      level: 'warning',
      code: 'checkpoint.damaged',
      message,
      remedy: `The checkpoint of step ${newest.record.step} is used instead.`,
    })
  }
  const path = newest.checkpoint.blobPath(trainerBlobName)
  const state = await readTrainerBlob(path, trainedShapes(config, material.policy.config))
  await checkReference(path, material.referenceHash)
  await trainer.writeState(state)
  return readTrainState(newest.checkpoint.state)
}

/**
 * Writes checkpoints: each beside its place and renamed, then reported; the stage goes on when the owner has
 * stored it. One written again at a step (because it is the last, or the run stops there) keeps the
 * validation that it has.
 */
export function openCheckpointWriter(
  { request, port, material }: JobContext,
  trainer: Trainer,
): (event: CheckpointEvent) => Promise<void> {
  const validations = new Map(request.checkpoints.map(({ step, validation }) => [step, validation]))
  return async ({ state, validation }) => {
    const { runId } = request.run
    const { step } = state
    const pieces = trainerBlob(trainer.viewState(), material.referenceHash)
    const written = await writeCheckpoint(
      { dataDir: request.dataDir, runId, step },
      { blobs: { [trainerBlobName]: asyncPieces(pieces) }, state },
    )
    const known = validation ?? validations.get(step) ?? null
    validations.set(step, known)
    await port.checkpoint({
      ...written,
      checkpointId: newId('checkpoint'),
      runId,
      step,
      validation: known,
      createdAtMs: systemClock.nowMs(),
    })
  }
}

async function* asyncPieces(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces
}
