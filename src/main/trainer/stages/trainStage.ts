import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import type { Trainer } from '../../../core/train/engine/trainer.ts'
import type { SelfCorrectionSetup } from '../../../core/train/selfCorrectionSetup.ts'
import { trainSelfCorrection } from '../../../core/train/trainSelfCorrection.ts'
import { checkpointSteps } from '../../../core/train/trainState.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import type { VStarEstimate } from '../../../shared/runs/records.ts'
import { viewParameters } from '../../host/model/parameterView.ts'
import { stateBytes, trainedShapes } from '../../run/trainedParameters.ts'
import { samplesInTraining } from '../samplers.ts'
import { systemClock } from '../../host/machine/clock.ts'
import { openTrainingEngines, type TrainingEngines } from '../engines.ts'
import type { JobContext, StopRequest } from '../jobContext.ts'
import { followTraining } from './followStage.ts'
import { startupProgress, trainingStage } from '../startupProgress.ts'
import { reportCompiling } from '../reportCompiling.ts'
import { precisionStage } from './precisionStage.ts'
import { keepRefusedBatches } from '../refusedBatch.ts'
import { withWayOut } from '../trainingFailure.ts'
import { openCheckpointWriter, restoreState } from './stageCheckpoints.ts'

export interface TrainStageInputs {
  readonly estimates: readonly VStarEstimate[]
  readonly reference: ParameterValues
}

/** Stage 2 of a job, from its newest sound checkpoint or from the beginning. */
export async function trainStage(
  context: JobContext,
  inputs: TrainStageInputs,
): Promise<'finished' | 'stopped'> {
  const { request, port, config, material } = context
  port.emit({ type: 'progress', progress: startupProgress('opening the trainer', trainingStage(request)) })
  const policy = viewParameters(material.policy)
  // what stage 1 sampled with goes before the trainer comes: two sets of weights would raise the peak
  if (await samplesInTraining(config)) await context.sampler.dispose()
  const weights = { policy, reference: inputs.reference }
  const follow = reportCompiling(port, trainingStage(request))
  const engines = await openTrainingEngines(config, material, weights, follow)
  port.emit({ type: 'device', device: engines.device })
  port.sayMicroBatch(engines.rowsPerMicroBatch)
  const sampler = engines.sampler ?? context.sampler
  try {
    if (!samplesInitialPolicy(context)) await sampler.refresh(engines.trainer)
    const training = { ...context, sampler, conversation: { ...context.conversation, sampler } }
    return await train(training, engines, inputs.estimates)
  } finally {
    await engines.trainer.dispose()
    await engines.reference?.dispose()
  }
}

/**
 * Stage 1 samples the reference as it is frozen: the initial policy itself, unless its weights are others or
 * stand in more bits.
 */
function samplesInitialPolicy({ config, material }: JobContext): boolean {
  const { lora, baseWeights } = config.model
  return material.policy === material.reference && (lora !== null || baseWeights === 'f32')
}

async function train(
  context: JobContext,
  engines: TrainingEngines,
  estimates: readonly VStarEstimate[],
): Promise<'finished' | 'stopped'> {
  const { request, port, reporter, config } = context
  let stepInHand = 0
  const checkpointSteps = request.checkpoints.map(({ step }) => step)
  const trainer = keepRefusedBatches(engines.trainer, {
    dataDir: request.dataDir,
    runId: request.run.runId,
    step: () => stepInHand,
    checkpointSteps,
    config,
  })
  const stop: StopRequest = { aborted: false }
  const setup = await stageSetup(context, { trainer, engines, estimates, stop })
  stepInHand = setup.state?.step ?? 0
  if (setup.state === null) await precisionStage(context, engines)
  const saveCheckpoint = openCheckpointWriter(context, trainer)
  try {
    await followTraining(trainSelfCorrection(setup), {
      port,
      stop,
      report(event) {
        const reported = reporter.eventOf(event)
        if (reported !== null) port.emit(reported)
      },
      onStep: (step) => (stepInHand = step),
      saveCheckpoint(event) {
        checkpointSteps.push(event.state.step)
        return saveCheckpoint(event)
      },
    })
  } catch (thrown) {
    const { rowsPerMicroBatch } = engines
    const { learningRate } = config.optimizer
    throw withWayOut(thrown, {
      runId: request.run.runId,
      step: stepInHand,
      checkpointSteps,
      learningRate,
      rowsPerMicroBatch,
    })
  }
  return stop.aborted || port.stopNow.aborted ? 'stopped' : 'finished'
}

/**
 * A length in the run's row holds: that of the config, or what the run was extended to, which goes beyond its
 * budget.
 */
function withLength(config: RunConfig, totalSteps: number): RunConfig {
  return totalSteps > 0 ? { ...config, steps: totalSteps, maxTokens: null } : config
}

interface StageParts {
  readonly trainer: Trainer
  readonly engines: TrainingEngines
  readonly estimates: readonly VStarEstimate[]
  readonly stop: StopRequest
}

/** Everything the stage is given; the newest checkpoint is in the trainer and in the sampler. */
async function stageSetup(
  context: JobContext,
  { trainer, engines, estimates, stop }: StageParts,
): Promise<SelfCorrectionSetup> {
  const { request, port, config, material, sampler, conversation } = context
  const state = await restoreState(context, trainer)
  if (state !== null) await sampler.refresh(trainer)
  const { train: problems, validation, test } = material.problems.splits
  return {
    conversation,
    train: problems,
    validation,
    test,
    state,
    stop,
    trainer,
    config: withLength(config, request.run.totalSteps),
    grading: material.grading,
    reference: engines.reference,
    estimates: new Map(estimates.map((estimate) => [estimate.problemId, estimate])),
    checkpointEvery: checkpointSteps(config, stateBytes(trainedShapes(config, material.policy.config))),
    abort: port.stopNow,
    nowMs: systemClock.steadyMs,
  }
}
