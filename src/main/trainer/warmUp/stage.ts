import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parameterShapes } from '../../../core/model/parameterTable.ts'
import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import { randomParameter } from '../../../core/model/randomParameters.ts'
import type { Trainer } from '../../../core/train/engine/trainer.ts'
import { checkpointSteps } from '../../../core/train/trainState.ts'
import { trainWarmUp, type WarmUpEvent } from '../../../core/train/warmUp/trainWarmUp.ts'
import type { WarmUpState } from '../../../core/train/warmUp/warmUpState.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import type { WarmUpConfig } from '../../../shared/config/warmUpGroup.ts'
import { systemClock } from '../../host/machine/clock.ts'
import { unfinishedPrefix } from '../../host/machine/atomicFiles.ts'
import { writeModelFolder } from '../../host/model/modelFolder.ts'
import { viewParameters } from '../../host/model/parameterView.ts'
import { stateBytes, trainedShapes } from '../../run/trainedParameters.ts'
import { warmedModel, warmUpFolder, warmUpModelFolder } from '../../run/warmUpFolder.ts'
import { loadRunMaterial, type RunMaterial } from '../../run/runMaterial.ts'
import type { JobPort, JobRequest } from '../../wire/jobPort.ts'
import { followSteps } from '../stages/followStage.ts'
import type { StopRequest } from '../jobContext.ts'
import { emitMaterialNotes } from '../materialNotes.ts'
import { openStageReporter } from '../stages/stageReporter.ts'
import { firstStage, startupProgress } from '../startupProgress.ts'
import { checkReference, readTrainerBlob, trainerBlobName } from '../trainerStateFile.ts'
import { withWayOut } from '../trainingFailure.ts'
import { removeInnerCheckpoints, warmUpCheckpoints, type WarmUpCheckpoints } from './checkpoints.ts'
import { openWarmUpData, type WarmUpData } from './sources.ts'

export interface WarmUpJob {
  readonly request: JobRequest
  readonly port: JobPort
  readonly config: RunConfig
  readonly warmUp: WarmUpConfig
}

/**
 * Stage 0 of a job, from its newest checkpoint or from the beginning. Where its model is there already,
 * nothing is done.
 *
 * @returns the folder of the model it made; null when it was stopped before the end
 */
export async function warmUpStage(job: WarmUpJob): Promise<string | null> {
  const { request, port, config } = job
  const { dataDir } = request
  const { runId } = request.run
  const finished = warmedModel(config, dataDir, runId)
  if (finished !== null) return finished
  const material = await loadRunMaterial(config, process.cwd())
  emitMaterialNotes(material, port)
  const data = await openWarmUpData(config, job.warmUp, material)
  if (data.note !== null)
    port.emit({
      type: 'log',
      level: 'warning',
      code: 'data.note',
      key: 'warm-up',
      message: data.note,
      remedy: null,
    })
  port.emit({
    type: 'progress',
    progress: startupProgress('opening the trainer', firstStage(request)),
  })
  const parameters = await initialParameters(job, material)
  const { openWarmUpEngine } = await import('./engine.ts')
  const engines = openWarmUpEngine(job, { material, parameters, data })
  port.emit({ type: 'device', device: engines.device })
  port.sayMicroBatch(engines.rowsPerMicroBatch)
  const { trainer } = engines
  try {
    const steps = job.warmUp.steps
    const state = await train(job, { material, data, steps, engines })
    if (state.step < steps) return null
    await writeModel(job, material, await trainer.readParameters())
  } finally {
    await trainer.dispose()
  }
  await removeInnerCheckpoints(dataDir, runId)
  return warmUpModelFolder(dataDir, runId)
}

/** Of the model, or drawn from the seed with the deviation that the model's config names. */
async function initialParameters(
  { config, warmUp }: WarmUpJob,
  { policy }: RunMaterial,
): Promise<ParameterValues> {
  if (warmUp.weights === 'model') return viewParameters(policy)
  const deviation = policy.configJson['initializer_range']
  const standardDeviation = typeof deviation === 'number' && deviation > 0 ? deviation : 0.02
  return new Map(
    [...parameterShapes(policy.config)].map(([name, shape]) => [
      name,
      { shape, values: randomParameter(name, shape, { seed: config.seed, standardDeviation }) },
    ]),
  )
}

interface WarmUpParts {
  readonly material: RunMaterial
  readonly data: WarmUpData
  readonly steps: number
  readonly engines: { readonly trainer: Trainer; readonly rowsPerMicroBatch: number }
}

async function train(job: WarmUpJob, parts: WarmUpParts): Promise<WarmUpState> {
  const { request, port, config, warmUp } = job
  const { material, data, steps, engines } = parts
  const { trainer, rowsPerMicroBatch } = engines
  const checkpoints = warmUpCheckpoints({ request, port, trainer, modelHash: material.referenceHash })
  let state = await restore(checkpoints, { config, material, trainer })
  const stop: StopRequest = { aborted: false }
  const every = checkpointSteps(config, stateBytes(trainedShapes(config, material.policy.config)))
  const reporter = openStageReporter(request.run.runId, {
    activeMs: () => port.activeMs(),
    nowMs: systemClock.nowMs,
  })
  let step = state?.step ?? 0
  const setup = {
    config,
    warmUp,
    steps,
    trainer,
    train: data.train,
    validation: data.validation,
    state,
    // thousands of short steps: twenty checkpoints are enough where none is asked for by number
    checkpointEvery: config.checkpointEvery === 'auto' ? Math.max(every, Math.ceil(steps / 20)) : every,
    stop,
    nowMs: systemClock.steadyMs,
  }
  try {
    await followSteps<Extract<WarmUpEvent, { type: 'checkpoint' }>>(trainWarmUp(setup), {
      port,
      stop,
      report(event) {
        const reported = reporter.eventOf(ofRun(event, request))
        if (reported !== null) port.emit(reported)
      },
      onStep: (next) => (step = next),
      async saveCheckpoint(event) {
        await checkpoints.save(event.state)
        state = event.state
      },
    })
  } catch (thrown) {
    throw withWayOut(thrown, {
      runId: request.run.runId,
      step,
      checkpointSteps: [],
      learningRate: warmUp.learningRate,
      rowsPerMicroBatch,
    })
  }
  if (state === null) throw new RangeError('trainWarmUp: it ended without a checkpoint')
  return state
}

async function restore(
  checkpoints: WarmUpCheckpoints,
  {
    config,
    material,
    trainer,
  }: { readonly config: RunConfig; readonly material: RunMaterial; readonly trainer: Trainer },
): Promise<WarmUpState | null> {
  const newest = await checkpoints.newest()
  if (newest === null) return null
  const path = newest.blobPath(trainerBlobName)
  await checkReference(path, material.referenceHash)
  await trainer.writeState(await readTrainerBlob(path, trainedShapes(config, material.policy.config)))
  return newest.state as WarmUpState
}

type Reported = Exclude<WarmUpEvent, { type: 'stepBegins' | 'stepEnds' | 'checkpoint' }>

/** In a run of all stages, steps, tokens and problems are those of stage 2: a warm-up counts none. */
function ofRun(event: Reported, { run }: JobRequest): Reported {
  if (event.type !== 'metrics' || run.stage === 'warm-up') return event
  return { ...event, stepsDone: run.stepsDone, tokens: run.tokensGenerated, problems: run.problemsSeen }
}

/** Beside its place and renamed: it is there whole or not at all. */
async function writeModel(
  job: WarmUpJob,
  { policy }: RunMaterial,
  parameters: ParameterValues,
): Promise<void> {
  const { request, port } = job
  const { dataDir } = request
  const { runId } = request.run
  const folder = warmUpModelFolder(dataDir, runId)
  const unfinished = join(dataDir, warmUpFolder(runId), `${unfinishedPrefix}model`)
  await rm(unfinished, { recursive: true, force: true })
  await writeModelFolder(unfinished, {
    configJson: policy.configJson,
    generationJson: policy.generationJson,
    parameters,
    tokenizerFolder: policy.folder,
  })
  await rename(unfinished, folder)
  port.emit({
    type: 'log',
    level: 'info',
    code: 'warm-up.model',
    key: 'warm-up.model',
    message: `The warm-up is over. Its model: ${folder}`,
    remedy: null,
  })
}
