import type { RawOps } from '../../graph/rawOps.ts'
import type { DropoutSetting } from '../../model/adapterDropout.ts'
import type { AdapterValues } from '../../model/mergeAdapter.ts'
import type { ComputePlan } from '../../model/computePlan.ts'
import type { ModelConfig } from '../../model/config/modelConfig.ts'
import type { ParameterValues } from '../../model/parameterValues.ts'
import { storedParameters, type WeightStorage } from '../../model/weightStorage.ts'
import type { PolicyLoss } from '../../rl/losses/policyLoss.ts'
import type { AdamWSettings } from './trainer.ts'
import type { ComputeOptions } from './trainingMemory.ts'
import { vocabularyChunk } from './trainingMemory.ts'

/** What a scorer is made of: token log-probs of a fixed model. */
export interface ScorerSetup {
  readonly config: ModelConfig
  /** Read once, one after another; shapes and names are kept. */
  readonly parameters: ParameterValues
  /** How weights that nothing trains are kept; left out: as 32-bit floats. */
  readonly storedAs?: WeightStorage
  readonly ops: RawOps
  /** Log-probs are those of logits / temperature; 1 where sampling is plain. */
  readonly temperature: number
  /** Lengths that rows are padded to, in predicted tokens (a row's length − 1), ascending. */
  readonly buckets: readonly number[]
  /** Rows of one forward pass; a smaller last one is padded with rows of weight zero. */
  readonly rowsPerMicroBatch: number
  /** How a micro-batch is computed; left out: nothing again, and all logits at once. */
  readonly compute?: ComputeOptions
}

/** What a trainer is made of; both implementations take the same. */
export interface TrainerSetup extends ScorerSetup {
  readonly loss: PolicyLoss
  readonly adamW: AdamWSettings
  /**
   * Forward and backward pass of each bucket as one function that XLA compiles. Scores stay node by node: before
   * the first update log-ratios to the reference are 0 up to rounding only. Captured training alone; slower on a
   * processor (bench/updates.ts), to be measured on a card.
   */
  readonly compileUpdate?: boolean
  /** Trained in the place of the parameters, which stay as they are; with the numbers that it begins with. */
  readonly adapter?: AdapterValues
  /** Of what the adapter is given while it trains; left out: nothing is dropped. */
  readonly dropout?: DropoutSetting
  /** Which parameters `adamW.weightDecay` shrinks; left out: matrices, not norms and biases. */
  readonly decays?: (name: string, shape: readonly number[]) => boolean
}

/** What training changes: the adapter's factors where there is one, else every parameter. */
export function trainedParameters({
  adapter,
  parameters,
}: Pick<TrainerSetup, 'adapter' | 'parameters'>): ParameterValues {
  return adapter === undefined ? parameters : adapter.values
}

/** A frozen model as 32-bit floats: the numbers that its stored weights stand for. */
export function storedModel({ config, parameters, storedAs }: ScorerSetup): ParameterValues {
  return storedParameters(config, parameters, storedAs ?? 'f32')
}

/** Eight lengths whose padding wastes little, up to the longest row in predicted tokens. */
export function lengthBuckets(longest: number): number[] {
  const steps = [32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096]
  const below = steps.filter((length) => length < longest)
  return [...below.slice(-7), longest]
}

/**
 * How micro-batches are computed, those of short rows as those of the longest, so that one graph does for all;
 * without more said, with every gradient on the tape.
 */
export function computePlan(
  {
    compute,
    config,
    rowsPerMicroBatch,
    buckets,
  }: Pick<ScorerSetup, 'compute' | 'config' | 'rowsPerMicroBatch' | 'buckets'>,
  { sink, isTrained }: Pick<ComputePlan, 'sink' | 'isTrained'> = { sink: null, isTrained: () => true },
): ComputePlan {
  const predictions = rowsPerMicroBatch * Math.max(1, ...buckets)
  return {
    recompute: compute?.recompute ?? false,
    headChunk: vocabularyChunk(config, predictions, compute?.logitsBytes ?? Infinity),
    sink,
    isTrained,
  }
}
