import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import { negativeLogLikelihood } from '../../../core/rl/losses/negativeLogLikelihood.ts'
import type { Trainer } from '../../../core/train/engine/trainer.ts'
import { lengthBuckets, type TrainerSetup } from '../../../core/train/engine/trainerSetup.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import type { WarmUpConfig } from '../../../shared/config/warmUpGroup.ts'
import { tensorFlowBackend } from '../../host/tensorflow/addon.ts'
import { tensorflowOps } from '../../host/tensorflow/ops.ts'
import { createTrainer } from '../../host/tensorflow/trainerFactory.ts'
import type { RunMaterial } from '../../run/runMaterial.ts'
import { beginningAdapter } from '../../run/trainedParameters.ts'
import { chooseCompute } from '../memory/computeChoice.ts'
import { checkDevice, deviceName } from '../engines.ts'

export interface WarmUpEngine {
  readonly trainer: Trainer
  readonly rowsPerMicroBatch: number
  /** The device really in use, for people. */
  readonly device: string
}

/** The trainer of a warm-up: the engine of stage 2 with another loss, and without a reference. */
export function openWarmUpEngine(
  { config, warmUp }: { readonly config: RunConfig; readonly warmUp: WarmUpConfig },
  {
    material,
    parameters,
    longest,
  }: { readonly material: RunMaterial; readonly parameters: ParameterValues; readonly longest: number },
): WarmUpEngine {
  const backend = tensorFlowBackend()
  checkDevice(config, backend.isUsingGpuDevice)
  const choice = chooseCompute(
    { ...config, problemsPerStep: warmUp.conversationsPerStep, method: 'a-star-po', miniBatches: 1 },
    material.policy.config,
    longest - 1,
  )
  const setup: TrainerSetup = {
    config: material.policy.config,
    parameters,
    storedAs: config.model.baseWeights,
    ...beginningAdapter(config, material.policy.config),
    ops: tensorflowOps(),
    temperature: 1,
    buckets: lengthBuckets(longest - 1),
    ...choice,
    loss: negativeLogLikelihood,
    adamW: config.optimizer,
  }
  return {
    rowsPerMicroBatch: choice.rowsPerMicroBatch,
    trainer: createTrainer(setup, { capture: config.capture }),
    device: deviceName(backend.isUsingGpuDevice),
  }
}
