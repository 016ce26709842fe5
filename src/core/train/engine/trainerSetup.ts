import type { RawOps } from '../../graph/rawOps.ts'
import type { ModelConfig } from '../../model/modelConfig.ts'
import type { ParameterValues } from '../../model/parameterValues.ts'
import type { PolicyLoss } from '../../rl/losses/policyLoss.ts'
import type { AdamWSettings } from './trainer.ts'

/** What a scorer is made of: token log-probs of a fixed model. */
export interface ScorerSetup {
  readonly config: ModelConfig
  readonly parameters: ParameterValues
  readonly ops: RawOps
  /** Log-probs are those of logits / temperature; 1 where sampling is plain. */
  readonly temperature: number
  /** Lengths that rows are padded to, in predicted tokens (a row's length − 1), ascending. */
  readonly buckets: readonly number[]
  /** Rows of one forward pass; a smaller last one is padded with rows of weight zero. */
  readonly rowsPerMicroBatch: number
}

/** What a trainer is made of; both implementations take the same. */
export interface TrainerSetup extends ScorerSetup {
  readonly loss: PolicyLoss
  readonly adamW: AdamWSettings
  /** Which parameters `adamW.weightDecay` shrinks; left out: matrices, not norms and biases. */
  readonly decays?: (name: string, shape: readonly number[]) => boolean
}

/** Eight lengths whose padding wastes little, up to the longest row in predicted tokens. */
export function lengthBuckets(longest: number): number[] {
  const steps = [32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096]
  const below = steps.filter((length) => length < longest)
  return [...below.slice(-7), longest]
}
