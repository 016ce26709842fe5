import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import * as tf from '@tensorflow/tfjs'
import { headOf } from '../../model/parameterTable.ts'
import { matrix, matrixRows } from '../../model/projections.ts'
import type { Transformer } from '../../model/transformer.ts'
import { headLogits, hiddenStates } from '../../model/transformer.ts'
import type { LossInputs, LossSums, PolicyLoss } from '../../rl/losses/policyLoss.ts'
import type { ChunkRange, Predictions } from './scorers/chunkedPredictions.ts'
import { chunkedPredictions } from './scorers/chunkedPredictions.ts'

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
  return predictions(model, inputs, temperature, false).logProbs.reshape(inputs.ids.shape)
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
  const made = predictions(model, inputs, temperature, loss.needsEntropy)
  const logProbs = made.logProbs.reshape<Tensor2D>(inputs.ids.shape)
  const entropy = made.entropy?.reshape<Tensor2D>(inputs.ids.shape) ?? null
  return { ...loss.compute(logProbs, entropy, inputs.lossInputs), logProbs }
}

/** Of every position; logits all at once, or in chunks where the model's plan says so. */
function predictions(
  model: Transformer,
  { ids, targets, lossInputs: { segment } }: ObjectiveInputs,
  temperature: number,
  needsEntropy: boolean,
): Predictions {
  const [B, T] = ids.shape
  const { config, ops, compute } = model
  const options = segment === undefined ? {} : { segments: segment }
  const hidden = hiddenStates(model, ids, options).reshape<Tensor2D>([B * T, config.width])
  if (compute !== undefined && compute.headChunk < config.vocabularySize) {
    const name = headOf(config)
    const { headChunk: chunk, sink } = compute
    const head = {
      name,
      vocabularySize: config.vocabularySize,
      rows: (range: ChunkRange) => matrixRows(model, name, range),
      trained: compute.isTrained(name) ? matrix(model, name) : null,
    }
    const setup = { ops, head, chunk, temperature, needsEntropy, sink }
    return chunkedPredictions(setup, hidden, targets.as1D())
  }
  const plain = headLogits(model, hidden)
  const logits = temperature === 1 ? plain : plain.mul<Tensor2D>(1 / temperature)
  return {
    logProbs: ops.tokenLogProbs(logits, targets.as1D()),
    entropy: needsEntropy ? (entropyOf(logits) as Tensor1D) : null,
  }
}

/** −Σ p·ln p of every row, in nats. [N, V] → [N] */
function entropyOf(logits: Tensor2D): Tensor {
  const logProbs = tf.logSoftmax(logits)
  return logProbs.exp().mul(logProbs).sum(-1).neg()
}
