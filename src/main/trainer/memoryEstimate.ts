import type { ModelConfig } from '../../core/model/modelConfig.ts'
import { countParameters } from '../../core/model/parameterTable.ts'
import { needsReference } from '../../core/rl/losses/policyLossOf.ts'
import { isGroupMethod, type RunConfig } from '../../shared/config/parseConfig.ts'
import { activationBytesPerRow, rowsPerMicroBatch } from './engines.ts'

/** The sampler's own limit on rows that decode together. */
const maxRowsTogether = 192

/** Of a trainer's process with both engines, before it holds a model of any size; measured on Linux x64. */
const engineBytes = 755e6

/**
 * Float32 copies of all parameters at the peak, which is while a checkpoint is written: the trainer's weights, two moments
 * and gradients (4), the sampler's session and what refreshes it (2), the values as read from the files (1), and what
 * is read out of the trainer for the checkpoint (3). The frozen reference is one more.
 */
const parameterCopies = 10

export interface MemorySetup {
  /** Tokens of the longest row. */
  readonly positions: number
  /** Cap on the sampler's caches, bytes. */
  readonly kvMemoryBytes: number
}

/**
 * Greatest resident memory of a training run's process on a processor, in bytes, should rollouts be as long as they can be; op by op
 * (`capture: false`) it is not measured. The number of copies was fitted to runs of 26 M parameters; of one of 85 M the
 * estimate was 1 % below, of runs of 0.8 M 6 to 45 % above, because their rollouts ended early.
 * tests/main/trainer/memoryEstimate.test.ts holds the figures.
 */
export function estimateMemory(config: RunConfig, model: ModelConfig, setup: MemorySetup): number {
  const { positions, kvMemoryBytes } = setup
  const copies = parameterCopies + (needsReference(config) ? 1 : 0)
  const weights = 4 * copies * countParameters(model)
  const activations = rowsPerMicroBatch(config, model, positions) * activationBytesPerRow(model, positions)
  const cachePerRow = 4 * positions * 2 * model.layers * model.keyValueHeads * model.headWidth
  const caches = Math.min(kvMemoryBytes, rowsThatDecode(config) * cachePerRow)
  return engineBytes + weights + activations + caches
}

/** Of the largest call of the sampler. */
function rowsThatDecode({ method, groupSize, problemsPerStep, data, vStar, evalSamples }: RunConfig): number {
  const ofStep = problemsPerStep * (isGroupMethod(method) ? groupSize : 1)
  const ofEvaluation = Math.max(data.validation, data.test) * evalSamples
  return Math.min(maxRowsTogether, Math.max(ofStep, ofEvaluation, data.train * vStar.samples))
}
