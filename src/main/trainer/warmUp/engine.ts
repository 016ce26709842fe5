import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import {
  negativeLogLikelihood,
  packedNegativeLogLikelihood,
} from '../../../core/rl/losses/negativeLogLikelihood.ts'
import type { Trainer } from '../../../core/train/engine/trainer.ts'
import { lengthBuckets, type TrainerSetup } from '../../../core/train/engine/trainerSetup.ts'
import { packedRows } from '../../../core/train/warmUp/packedRows.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import type { WarmUpConfig } from '../../../shared/config/warmUpGroup.ts'
import { tensorFlowBackend } from '../../host/tensorflow/addon.ts'
import { tensorflowOps } from '../../host/tensorflow/ops.ts'
import { createTrainer } from '../../host/tensorflow/trainerFactory.ts'
import type { RunMaterial } from '../../run/runMaterial.ts'
import { beginningAdapter } from '../../run/trainedParameters.ts'
import { chooseCompute } from '../memory/computeChoice.ts'
import { checkDevice, deviceName } from '../trainingDevice.ts'
import type { WarmUpData } from './sources.ts'

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
    data: { longest, train },
  }: { readonly material: RunMaterial; readonly parameters: ParameterValues; readonly data: WarmUpData },
): WarmUpEngine {
  const backend = tensorFlowBackend()
  checkDevice(config, backend.isUsingGpuDevice)
  if (warmUp.packing && material.policy.config.rotary === null) {
    throw new RecheckError(
      'config.unsupported',
      `warmUp.packing: ${config.model.path} has learned positions, which begin anew with every conversation, so that none may ` +
        'share a row. Set warmUp.packing=false.',
    )
  }
  const rowsPerStep = warmUp.packing ? expectedRows(train, warmUp, longest) : warmUp.conversationsPerStep
  const choice = chooseCompute(
    { ...config, problemsPerStep: rowsPerStep, method: 'a-star-po', miniBatches: 1 },
    material.policy.config,
    longest - 1,
  )
  const setup: TrainerSetup = {
    config: material.policy.config,
    parameters,
    storedAs: config.model.baseWeights,
    ...beginningAdapter(config, material.policy.config),
    ops: tensorflowOps(config.model.compute),
    temperature: 1,
    buckets: lengthBuckets(longest - 1),
    ...choice,
    loss: warmUp.packing ? packedNegativeLogLikelihood : negativeLogLikelihood,
    adamW: config.optimizer,
  }
  return {
    rowsPerMicroBatch: choice.rowsPerMicroBatch,
    trainer: createTrainer(setup, { capture: config.capture }),
    device: deviceName(backend.isUsingGpuDevice),
  }
}

/** Rows that the first conversations take together: a micro-batch of more would compute empty ones. */
function expectedRows(
  train: WarmUpData['train'],
  { conversationsPerStep }: WarmUpConfig,
  longest: number,
): number {
  const count = Math.min(conversationsPerStep, train.size)
  return packedRows(
    Array.from({ length: count }, (_, index) => train.row(index, 0)),
    longest,
  ).length
}
