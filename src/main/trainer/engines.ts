import { availableParallelism } from 'node:os'
import { drawKindOf } from '../../core/sampling/drawKind.ts'
import { sizeOf } from '../../core/model/parameterTable.ts'
import type { ParameterValues } from '../../core/model/parameterValues.ts'
import { needsReference, policyLossOf } from '../../core/rl/losses/policyLossOf.ts'
import type { Sampler } from '../../core/sampling/sampler.ts'
import type { TokenScorer, Trainer } from '../../core/train/engine/trainer.ts'
import { lengthBuckets, type TrainerSetup } from '../../core/train/engine/trainerSetup.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { FollowCompiling } from '../host/tensorflow/compileWatch.ts'
import { requireTensorFlow } from '../host/tensorflow/status.ts'
import { longestConversation } from '../run/longestConversation.ts'
import type { RunMaterial } from '../run/runMaterial.ts'
import { beginningAdapter } from '../run/trainedParameters.ts'
import { chooseCompute } from './memory/computeChoice.ts'
import { chooseSampler, kvMemoryBytes, nameOfSampler } from './samplers.ts'

export interface TrainingEngines {
  readonly trainer: Trainer
  /** Draws from the trainer's own parameters; null where the sampler has a copy of its own. */
  readonly sampler: Sampler | null
  /** Null where the method takes none (`needsReference`). */
  readonly reference: TokenScorer | null
  readonly rowsPerMicroBatch: number
  /** The device really in use, for people. */
  readonly device: string
}

/**
 * What training needs of this machine, looked at before anything is sampled for it.
 *
 * @throws RecheckError `tensorflow.missing`, `device.no-gpu`
 */
export async function checkEngines(config: RunConfig): Promise<void> {
  requireTensorFlow()
  if (config.device !== 'gpu') return
  const { tensorFlowBackend } = await import('../host/tensorflow/addon.ts')
  checkDevice(config, tensorFlowBackend().isUsingGpuDevice)
}

/**
 * Policy trainer and frozen reference on TensorFlow, of the same graph and shapes: ρ is exactly 0 before the
 * first update.
 */
export async function openTrainingEngines(
  config: RunConfig,
  material: RunMaterial,
  weights: { readonly policy: ParameterValues; readonly reference: ParameterValues },
  followCompiling?: FollowCompiling,
): Promise<TrainingEngines> {
  requireTensorFlow()
  const { tensorFlowBackend } = await import('../host/tensorflow/addon.ts')
  const { tensorflowOps } = await import('../host/tensorflow/ops.ts')
  const { createScorer } = await import('../host/tensorflow/trainerFactory.ts')
  const backend = tensorFlowBackend()
  checkDevice(config, backend.isUsingGpuDevice)
  const longest = longestConversation(config, material, material.problems.splits.train)
  const buckets = lengthBuckets(longest - 1)
  const setup: TrainerSetup = {
    config: material.policy.config,
    parameters: weights.policy,
    storedAs: config.model.baseWeights,
    ...beginningAdapter(config, material.policy.config),
    ops: tensorflowOps(),
    temperature: config.sampling.temperature,
    buckets,
    ...chooseCompute(config, material.policy.config, buckets.at(-1) ?? 1),
    loss: policyLossOf(config),
    adamW: config.optimizer,
  }
  const { trainer, sampler, samplerName } = await openTrainer(config, setup, followCompiling)
  const referenceOf = (): TokenScorer => {
    // an adapter begins as nothing: without it the model is the initial policy
    if (trainer.base !== null && material.policy === material.reference) return trainer.base
    const frozen = { ...setup, config: material.reference.config, parameters: weights.reference }
    return createScorer(frozen, { capture: config.capture })
  }
  return {
    rowsPerMicroBatch: setup.rowsPerMicroBatch,
    trainer,
    sampler,
    reference: needsReference(config) ? referenceOf() : null,
    device: `${deviceName(backend.isUsingGpuDevice)}; ${samplerName}`,
  }
}

/** The trainer, and the sampler in its graph where the run's sampler is one. */
async function openTrainer(
  config: RunConfig,
  setup: TrainerSetup,
  followCompiling?: FollowCompiling,
): Promise<{ trainer: Trainer; sampler: Sampler | null; samplerName: string }> {
  const choice = await chooseSampler(config)
  const samplerName = nameOfSampler(choice)
  if (choice.kind === 'graph' && config.capture) {
    const { createTrainerWithSampler } = await import('../host/tensorflow/capturedTrainer.ts')
    const limits = { kvMemoryBytes: kvMemoryBytes(), compilation: choice.compilation, followCompiling }
    const draws = [drawKindOf(config.sampling, setup.config.vocabularySize)]
    return { ...createTrainerWithSampler(setup, draws, limits), samplerName }
  }
  const { createTrainer } = await import('../host/tensorflow/trainerFactory.ts')
  return { trainer: createTrainer(setup, { capture: config.capture }), sampler: null, samplerName }
}

/** For people. */
export function deviceName(isGpu: boolean): string {
  return isGpu ? 'GPU' : `CPU (${availableParallelism()} threads)`
}

/** @throws RecheckError `device.no-gpu` */
export function checkDevice(config: RunConfig, isUsingGpu: boolean): void {
  if (config.device === 'gpu' && !isUsingGpu) {
    throw new RecheckError(
      'device.no-gpu',
      'device=gpu, but TensorFlow sees no usable card. "recheck doctor" says why; device=auto or device=cpu trains on the CPU.',
    )
  }
}

/** Bytes of what is trained and both its moments: what a checkpoint weighs. */
export function stateBytes(trained: ReadonlyMap<string, readonly number[]>): number {
  return 12 * [...trained.values()].reduce((total, shape) => total + sizeOf(shape), 0)
}
