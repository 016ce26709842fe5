import type { ProductPrecision } from '../../../core/graph/rawOps.ts'
import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import { forkRandom } from '../../../core/random.ts'
import { negativeLogLikelihood } from '../../../core/rl/losses/negativeLogLikelihood.ts'
import type { SampleRequest } from '../../../core/sampling/sampler.ts'
import type { TokenRow } from '../../../core/train/engine/trainer.ts'
import type { SamplerConfig } from '../../trainer/samplers.ts'
import { openSampler } from '../../trainer/samplers.ts'
import { rateOf } from './result.ts'
import type { BenchResult } from './result.ts'

export interface FixedShape {
  /** Rows that decode together. */
  readonly batch: number
  readonly prompt: number
  readonly new: number
  /** Rows of one update; 0 leaves the update out. */
  readonly trainBatch: number
  /** Tokens of each of them. */
  readonly trainLength: number
  /** What the update multiplies in. */
  readonly compute: ProductPrecision
  readonly repeat: number
}

export interface FixedWorkload {
  readonly config: ModelConfig
  readonly parameters: ParameterValues
  readonly shape: FixedShape
  readonly sampler: SamplerConfig
  readonly nowMs: () => number
}

/** Decoding, prefill and update of fixed lengths on random tokens. */
export async function runFixedWorkload(workload: FixedWorkload): Promise<BenchResult> {
  const sampling = await measureSampling(workload)
  if (workload.shape.trainBatch === 0) return sampling
  const update = await measureUpdate(workload)
  return { rates: { ...sampling.rates, ...update.rates }, memory: update.memory }
}

async function measureSampling(workload: FixedWorkload): Promise<BenchResult> {
  const { config, parameters, shape, nowMs } = workload
  const sampler = await openSampler(config, parameters, workload.sampler)
  const requests: SampleRequest[] = Array.from({ length: shape.batch }, (_, row) => {
    const random = forkRandom(0, 'prompt', row)
    const promptIds = Array.from({ length: shape.prompt }, () => random.nextInt(config.vocabularySize))
    return { promptIds, seedLabels: [row], samples: 1 }
  })
  const sample = async (maxCompletionTokens: number, seed: number): Promise<number> => {
    const settings = { temperature: 1, topP: 1, topK: 0, endIds: [], maxCompletionTokens, seed }
    const startedMs = nowMs()
    await sampler.sample({ requests, settings })
    return (nowMs() - startedMs) / 1000
  }
  await sample(shape.new, 0)
  const afterWarmUp = residentBytes()
  const generation: number[] = []
  const prefill: number[] = []
  for (let repetition = 1; repetition <= shape.repeat; repetition++) {
    generation.push(await sample(shape.new, repetition))
    prefill.push(await sample(1, repetition))
  }
  const atEnd = residentBytes()
  await sampler.dispose()
  return {
    rates: {
      generation: rateOf(shape.batch * shape.new, generation),
      prefill: rateOf(shape.batch * shape.prompt, prefill),
    },
    memory: { afterWarmUp, atEnd },
  }
}

async function measureUpdate({ config, parameters, shape, nowMs }: FixedWorkload): Promise<BenchResult> {
  const { tensorFlowBackend } = await import('../../host/tensorflow/addon.ts')
  tensorFlowBackend()
  const { tensorflowOps } = await import('../../host/tensorflow/ops.ts')
  const { createTrainer } = await import('../../host/tensorflow/trainerFactory.ts')
  const predicted = shape.trainLength - 1
  const trainer = createTrainer(
    {
      config,
      parameters,
      ops: tensorflowOps(shape.compute),
      temperature: 1,
      loss: negativeLogLikelihood,
      buckets: [predicted],
      rowsPerMicroBatch: shape.trainBatch,
      adamW: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 },
    },
    { capture: true },
  )
  const rows: TokenRow[] = Array.from({ length: shape.trainBatch }, (_, row) => {
    const random = forkRandom(0, 'row', row)
    const ids = Int32Array.from({ length: shape.trainLength }, () => random.nextInt(config.vocabularySize))
    const tokenWeight = new Float32Array(predicted).fill(1 / (predicted * shape.trainBatch))
    return { ids, inputs: { tokenWeight } }
  })
  const seconds: number[] = []
  let afterWarmUp = 0
  for (let repetition = -2; repetition < shape.repeat; repetition++) {
    const startedMs = nowMs()
    await trainer.step({ rows }, 1e-5)
    if (repetition >= 0) seconds.push((nowMs() - startedMs) / 1000)
    else afterWarmUp = residentBytes()
  }
  const atEnd = residentBytes()
  await trainer.dispose()
  return {
    rates: { update: rateOf(shape.trainBatch * shape.trainLength, seconds) },
    memory: { afterWarmUp, atEnd },
  }
}

export function residentBytes(): number {
  return process.memoryUsage().rss
}
