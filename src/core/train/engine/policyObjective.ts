import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs'
import * as tf from '@tensorflow/tfjs'
import type { Transformer } from '../../model/transformer.ts'
import { headLogits, hiddenStates } from '../../model/transformer.ts'
import type { LossInputs, LossSums, PolicyLoss } from '../../rl/losses/policyLoss.ts'

/** One micro-batch as tensors: ids and targets int32 [B, T]; loss inputs [B, T] or [B, 3]. */
export interface ObjectiveInputs {
  readonly ids: Tensor2D
  readonly targets: Tensor2D
  readonly lossInputs: LossInputs
}

/**
 * ln π(target | tokens up to it) of every position, at the given temperature.
 *
 * @returns [B, T]; the caller disposes it
 */
export function rowLogProbs(model: Transformer, inputs: ObjectiveInputs, temperature: number): Tensor2D {
  return model.ops
    .tokenLogProbs(positionLogits(model, inputs.ids, temperature), inputs.targets.as1D())
    .reshape(inputs.ids.shape)
}

export interface Objective {
  /** The sum over the rows. */
  readonly loss: Scalar
  readonly sums: LossSums
  /** [B, T]: what scoring the same rows gives. */
  readonly logProbs: Tensor2D
}

/** A loss on a micro-batch. Pure tfjs ops: traced, or run op by op. */
export function policyObjective(
  model: Transformer,
  loss: PolicyLoss,
  inputs: ObjectiveInputs,
  temperature: number,
): Objective {
  const logits = positionLogits(model, inputs.ids, temperature)
  const logProbs = model.ops.tokenLogProbs(logits, inputs.targets.as1D()).reshape<Tensor2D>(inputs.ids.shape)
  const entropy = loss.needsEntropy ? entropyOf(logits).reshape<Tensor2D>(inputs.ids.shape) : null
  return { ...loss.compute(logProbs, entropy, inputs.lossInputs), logProbs }
}

function positionLogits(model: Transformer, ids: Tensor2D, temperature: number): Tensor2D {
  const [B, T] = ids.shape
  const hidden = hiddenStates(model, ids).reshape<Tensor2D>([B * T, model.config.width])
  const logits = headLogits(model, hidden)
  return temperature === 1 ? logits : logits.mul(1 / temperature)
}

/** −Σ p·ln p of every row, in nats. [N, V] → [N] */
function entropyOf(logits: Tensor2D): Tensor {
  const logProbs = tf.logSoftmax(logits)
  return logProbs.exp().mul(logProbs).sum(-1).neg()
}
