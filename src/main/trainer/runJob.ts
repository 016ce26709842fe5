import type { Conversation } from '../../core/rollout/sampleTurns.ts'
import type { ParameterValues } from '../../core/model/parameterValues.ts'
import { parseVerdict } from '../../core/rollout/verdict.ts'
import { LateSampler } from '../../core/sampling/lateSampler.ts'
import type { Sampler } from '../../core/sampling/sampler.ts'
import { checkTrainable } from '../../core/train/trainingProblems.ts'
import { needsVStar, type RunConfig } from '../../shared/config/parseConfig.ts'
import { storedParameters } from '../../core/model/weightStorage.ts'
import { viewParameters } from '../host/model/parameterView.ts'
import type { FollowCompiling } from '../host/tensorflow/xla/compileWatch.ts'
import { systemClock } from '../host/machine/clock.ts'
import { checkEngines } from './trainingDevice.ts'
import { estimateStage } from './stages/estimateStage.ts'
import type { JobPort, JobRequest, RunJob } from '../wire/jobPort.ts'
import type { JobContext } from './jobContext.ts'
import { emitMaterialNotes } from './materialNotes.ts'
import { firstStage, startupProgress } from './startupProgress.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { loadRunMaterial, type RunMaterial } from '../run/runMaterial.ts'
import { reportCompiling } from './reportCompiling.ts'
import { probeStage } from './stages/probeStage.ts'
import { openSampler, samplesInTraining } from './samplers.ts'
import { openStageReporter } from './stages/stageReporter.ts'
import { trainStage } from './stages/trainStage.ts'

/**
 * Executes a run: a warm-up (stage 0) comes first where the config has one; stage 1 estimates V*; stage 2
 * trains against an estimate and makes one first where it was given none (or an unfinished one of its own).
 */
export const runJob: RunJob = async (request, port) => {
  const { config } = request
  const stage = firstStage(request)
  port.emit({ type: 'progress', progress: startupProgress('loading model and problems', stage) })
  if (request.run.stage === 'self-correction') checkTrainable(config)
  if (request.run.stage !== 'estimate-v-star' || config.warmUp !== null) await checkEngines(config)
  const warmed = await warmUp(request, port)
  if (config.warmUp !== null && warmed === null) return 'stopped'
  if (request.run.stage === 'warm-up') return 'finished'
  if (await shouldStop(port, config)) return 'stopped'
  return runSampledStages({ request, port, config }, warmed)
}

/** @returns the folder of the model that stage 0 left; null where the run has none, or it was stopped in it */
async function warmUp(request: JobRequest, port: JobPort): Promise<string | null> {
  const { config } = request
  if (config.warmUp === null) return null
  // it reads files of conversations, for which most runs load nothing
  const { warmUpStage } = await import('./warmUp/stage.ts')
  return warmUpStage({ request, port, config, warmUp: config.warmUp })
}

/** A stop that came in the last step of the warm-up: nothing of the next stage is begun. */
async function shouldStop(port: JobPort, { warmUp }: RunConfig): Promise<boolean> {
  return warmUp !== null && (await port.betweenSteps()) === 'stop'
}

async function runSampledStages(
  { request, port, config }: Pick<JobContext, 'request' | 'port' | 'config'>,
  warmedFolder: string | null,
): Promise<'finished' | 'stopped'> {
  const material = await loadRunMaterial(config, process.cwd(), { warmedFolder }).catch((thrown: unknown) => {
    throw asGone(thrown)
  })
  emitMaterialNotes(material, port)
  const reference = viewParameters(material.reference)
  const followCompiling = reportCompiling(port, firstStage(request))
  const sampler = new LateSampler(() => openReferenceSampler(config, material, reference, followCompiling))
  const clock = { activeMs: () => port.activeMs(), nowMs: systemClock.nowMs }
  const context: JobContext = {
    request,
    port,
    config,
    material,
    sampler,
    conversation: conversationOf(config, material, sampler),
    reporter: openStageReporter(request.run.runId, clock),
  }
  try {
    if (!(await probeStage(context))) return 'stopped'
    return await runStages(context, reference)
  } finally {
    await sampler.dispose()
  }
}

/** What the run is named after was there when it was made: it trains on that or on nothing. */
function asGone(thrown: unknown): unknown {
  if (!(thrown instanceof RecheckError) || thrown.code !== 'data.missing') return thrown
  const reason = typeof thrown.data.reason === 'string' ? thrown.data.reason : thrown.message
  return new RecheckError(
    'data.missing',
    `${reason}. It was there when this run was made, and a run trains on nothing else than it is named after. Put it back and ` +
      'resume the run, or start a new one.',
    thrown.data,
  )
}

async function runStages(context: JobContext, reference: ParameterValues): Promise<'finished' | 'stopped'> {
  const { request, config } = context
  if (request.run.stage === 'estimate-v-star')
    return (await estimateStage(context)) === null ? 'stopped' : 'finished'
  const estimates = needsVStar(config) ? await estimateStage(context) : []
  return estimates === null ? 'stopped' : trainStage(context, { estimates, reference })
}

/** Draws from the reference as the run keeps it frozen. */
async function openReferenceSampler(
  config: RunConfig,
  { reference }: RunMaterial,
  parameters: ParameterValues,
  followCompiling: FollowCompiling,
): Promise<Sampler> {
  const { baseWeights } = config.model
  if (await samplesInTraining(config))
    return openSampler(reference.config, parameters, config, { storedAs: baseWeights, followCompiling })
  // this one takes the policy's weights after every update, and those stand in no fewer bits than they were
  // trained in
  return openSampler(reference.config, storedParameters(reference.config, parameters, baseWeights), config, {
    followCompiling,
  })
}

/** Every turn is sampled with the run's settings; the seed forks a stream for each completion. */
function conversationOf(
  config: RunConfig,
  { prompts, tokenizer }: RunMaterial,
  sampler: Sampler,
): Conversation {
  const { temperature, topP, topK, maxCompletionTokens } = config.sampling
  return {
    prompts,
    tokenizer,
    sampler,
    settings: { temperature, topP, topK, maxCompletionTokens, endIds: prompts.endIds, seed: config.seed },
    parseVerdict: (text) => parseVerdict(text, config.verdictParser),
  }
}
