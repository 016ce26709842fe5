import { setImmediate as nextTurn } from 'node:timers/promises'
import { drawKindOf } from '../../core/sampling/drawKind.ts'
import type { ParameterValues } from '../../core/model/parameterValues.ts'
import { needsReference } from '../../core/rl/losses/needsReference.ts'
import { policyLossOf } from '../../core/rl/losses/policyLossOf.ts'
import type { Sampler } from '../../core/sampling/sampler.ts'
import { createLayerwiseScorer } from '../../core/train/engine/scorers/layerwiseScorer.ts'
import type { TokenScorer, Trainer } from '../../core/train/engine/trainer.ts'
import { lengthBuckets, type TrainerSetup } from '../../core/train/engine/trainerSetup.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { FollowCompiling } from '../host/tensorflow/xla/compileWatch.ts'
import { requireTensorFlow } from '../host/tensorflow/status.ts'
import { longestConversation } from '../run/longestConversation.ts'
import type { RunMaterial } from '../run/runMaterial.ts'
import { beginningAdapter } from '../run/trainedParameters.ts'
import { chooseCompute } from './memory/computeChoice.ts'
import { checkDevice, deviceName } from './trainingDevice.ts'
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
    ops: tensorflowOps(config.model.compute),
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
    if (config.model.referenceIn === 'files') {
      const { config: shape } = material.reference
      const model = { config: shape, parameters: weights.reference, ops: setup.ops }
      return createLayerwiseScorer(model, { temperature: setup.temperature, pause: () => nextTurn() })
    }
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
    const { createTrainerWithSampler } = await import('../host/tensorflow/session/capturedTrainer.ts')
    const limits = { kvMemoryBytes: kvMemoryBytes(), compilation: choice.compilation, followCompiling }
    const draws = [drawKindOf(config.sampling, setup.config.vocabularySize)]
    return { ...createTrainerWithSampler(setup, draws, limits), samplerName }
  }
  const { createTrainer } = await import('../host/tensorflow/trainerFactory.ts')
  return { trainer: createTrainer(setup, { capture: config.capture }), sampler: null, samplerName }
}
