import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs'

/**
 * What a loss is fed beside the token log-probs. `token`: [B, T] aligned with the predicted tokens (T = row length − 1
 * before padding; padded with 0). `turn`: [B, 3], one number per turn slot (attempt, verdict, revision; 0 where absent).
 */
export interface LossInput {
  readonly name: string
  readonly per: 'token' | 'turn'
}

/** Scalars reported beside the loss; each a sum over rows, so that micro-batches add up. */
export type LossSums = Readonly<Record<string, Scalar>>

/**
 * A loss in tfjs ops on token log-probs. It returns the SUM over the rows it is given: denominators are already inside
 * the fed weights, so micro-batches with accumulated gradients equal one full batch. Pure: traced into a graph, or run op by op.
 */
export interface PolicyLoss {
  readonly name: string
  readonly inputs: readonly LossInput[]
  readonly needsEntropy: boolean
  /**
   * @param logProbs [B, T] ln π(token t+1 | ≤ t); positions beyond the row's end hold arbitrary finite numbers
   * @param entropy  [B, T] nats, or null unless `needsEntropy`
   * @param inputs   by name, [B, T] or [B, 3]
   */
  compute(
    logProbs: Tensor2D,
    entropy: Tensor2D | null,
    inputs: Readonly<Record<string, Tensor>>,
  ): { loss: Scalar; sums: LossSums }
}
