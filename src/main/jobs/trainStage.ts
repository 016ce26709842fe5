import { parameterShapes } from '../../core/model/parameterTable.ts'
import type { ParameterValues } from '../../core/model/parameterValues.ts'
import type { Trainer } from '../../core/train/trainer.ts'
import type { TrainEvent } from '../../core/train/trainEvent.ts'
import { trainSelfCorrection } from '../../core/train/trainSelfCorrection.ts'
import { checkpointSteps, type TrainState } from '../../core/train/trainState.ts'
import type { VStarEstimate } from '../../shared/records.ts'
import { readParameters } from '../host/checkpointFiles.ts'
import { systemClock } from '../host/clock.ts'
import { newId } from '../host/identifiers.ts'
import { writeCheckpoint } from './checkpointFolder.ts'
import { openTrainingEngines, stateBytes } from './engines.ts'
import type { JobContext, StopRequest } from './jobContext.ts'
import { openNewestCheckpoint } from './newestCheckpoint.ts'
import { readTrainerBlob, trainerBlob, trainerBlobName } from './trainerBlob.ts'

export interface TrainStageInputs {
  readonly estimates: readonly VStarEstimate[]
  readonly reference: ParameterValues
}

type CheckpointEvent = Extract<TrainEvent, { type: 'checkpoint' }>

/** Stage 2 of a job, from its newest sound checkpoint or from the beginning. */
export async function trainStage(
  context: JobContext,
  inputs: TrainStageInputs,
): Promise<'finished' | 'stopped'> {
  const { request, port, config, material, sampler, conversation } = context
  const policy =
    material.policy === material.reference ? inputs.reference : await readParameters(material.policy)
  const engines = await openTrainingEngines(config, material, { policy, reference: inputs.reference })
  port.emit({ type: 'device', device: engines.device })
  try {
    const state = await restoreState(context, engines.trainer)
    if (state !== null) await sampler.refresh(await engines.trainer.readParameters())
    else if (policy !== inputs.reference) await sampler.refresh(policy)
    const stop: StopRequest = { aborted: false }
    const { train, validation, test } = material.problems.splits
    const stage = trainSelfCorrection({
      ...{ conversation, train, validation, test, state, stop },
      config: { ...config, steps: request.run.totalSteps > 0 ? request.run.totalSteps : config.steps },
      grading: material.grading,
      trainer: engines.trainer,
      reference: engines.reference,
      estimates: new Map(inputs.estimates.map((estimate) => [estimate.problemId, estimate])),
      checkpointEvery: checkpointSteps(config, stateBytes(material.policy.config)),
      abort: port.stopNow,
      nowMs: systemClock.steadyMs,
    })
    for await (const event of stage) await handle(event, stop)
    return stop.aborted || port.stopNow.aborted ? 'stopped' : 'finished'
  } finally {
    await engines.trainer.dispose()
    await engines.reference.dispose()
  }

  async function handle(event: TrainEvent, stop: StopRequest): Promise<void> {
    if (event.type === 'checkpoint') return saveCheckpoint(context, engines.trainer, event)
    const reported = context.reporter.eventOf(event)
    if (reported !== null) port.emit(reported)
    const isStepEnd = event.type === 'progress' && event.activity === 'training'
    if (isStepEnd && (await port.betweenSteps()) === 'stop') stop.aborted = true
  }
}

/** Loads the newest sound checkpoint into the trainer; a damaged newer one is named in the log. */
async function restoreState(
  { request, port, material }: JobContext,
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
  await trainer.writeState(await readTrainerBlob(path, parameterShapes(material.policy.config)))
  return newest.checkpoint.state as TrainState
}

/** Written beside and renamed, then reported; the stage goes on when the owner has stored it. */
async function saveCheckpoint(context: JobContext, trainer: Trainer, event: CheckpointEvent): Promise<void> {
  const { request, port } = context
  const { runId } = request.run
  const place = { dataDir: request.dataDir, runId, step: event.state.step }
  const pieces = trainerBlob(await trainer.readState())
  const written = await writeCheckpoint(place, {
    blobs: { [trainerBlobName]: asyncPieces(pieces) },
    state: event.state,
  })
  await port.checkpoint({
    ...written,
    checkpointId: newId('checkpoint'),
    runId,
    step: event.state.step,
    validation: event.validation,
    createdAtMs: systemClock.nowMs(),
  })
}

async function* asyncPieces(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces
}
