import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs'
import type { TurnKind } from '../../rollout/rollout.ts'

/** What `tokenBatch` can make of a rollout for a loss. */
export type LossInputName =
  | `${TurnKind}Mask`
  | 'samplingLogProbs'
  | 'referenceLogProbs'
  | 'entropyWeight'
  | 'tokenAdvantage'
  | 'tokenWeight'
  /** Not the loss's own: which of the conversations of a packed row a position belongs to. */
  | 'segment'
  | 'turnAdvantage'
  | 'turnWeight'

/**
 * What a loss is fed beside the token log-probs. `token`: [B, T] aligned with the predicted tokens (T = row
 * length − 1 before padding; padded with 0). `turn`: [B, 3], one number per turn slot (attempt, verdict,
 * revision; 0 where absent).
 */
export interface LossInput {
  readonly name: LossInputName
  readonly per: 'token' | 'turn'
}

/** Those that a loss has declared, [B, T] or [B, 3]. */
export type LossInputs = Readonly<Partial<Record<LossInputName, Tensor>>>

/** @throws RangeError for an input that the loss uses and did not declare */
export function fedInput(inputs: LossInputs, name: LossInputName): Tensor {
  const input = inputs[name]
  if (input === undefined) throw new RangeError(`The loss uses "${name}", which is not among its inputs.`)
  return input
}

/** What a loss reports per kind of turn, for example `lossVerdict`. */
export type KindSumName<Prefix extends string> = `${Prefix}${Capitalize<TurnKind>}`

/** What a loss reports beside itself; `stepMetrics` makes the metrics of a step from these. */
export type LossSumName =
  | KindSumName<'loss' | 'logRatio'>
  | 'lossEntropyBonus'
  | 'samplerGap'
  | 'negLogProb'
  | 'klK1'
  | 'klK3'
  | 'clipped'
  | 'weight'

/** Scalars reported beside the loss; each a sum over rows, so that micro-batches add up. */
export type LossSums = Readonly<Partial<Record<LossSumName, Scalar>>>

/**
 * A loss in tfjs ops on token log-probs. It returns the SUM over the rows it is given: denominators are
 * already inside the fed weights, so micro-batches with accumulated gradients equal one full batch. Pure:
 * traced into a graph, or run op by op.
 */
export interface PolicyLoss {
  readonly name: string
  readonly inputs: readonly LossInput[]
  readonly needsEntropy: boolean
  /**
   * @param logProbs [B, T] ln π(token t+1 | ≤ t); positions beyond the row's end hold arbitrary finite
   *   numbers
   * @param entropy  [B, T] nats, or null unless `needsEntropy`
   * @param inputs   by name, [B, T] or [B, 3]
   */
  compute(logProbs: Tensor2D, entropy: Tensor2D | null, inputs: LossInputs): { loss: Scalar; sums: LossSums }
}
