import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import type { LossInputs, LossSumName, PolicyLoss } from '../../../../src/core/rl/losses/policyLoss.ts'
import { assertClose } from '../../../assertClose.ts'

/**
 * Two packed rows whose sums can be worked out by hand, [2, 4]: an attempt of two tokens and a verdict;
 * attempt, verdict and revision of one token each. The last column lies beyond both rows: what it holds must
 * never count.
 */
const beyond = -150

/** ln π of the policy. */
export const logProbs: Tensor2D = tf.tensor2d([
  [-1, -2, -0.5, beyond],
  [-0.2, -0.4, -3, beyond],
])

/** In nats, [2, 4]. */
export const entropy: Tensor2D = tf.tensor2d([
  [1, 2, 3, 99],
  [1, 1, 1, 99],
])

/**
 * π / π_sampling is e^0.1, 1 and 1 in the first row, 1, e^0.1 and e^−0.2 in the second. ρ of the turns is
 * −0.5 and 0, and 0, 0.3 and −1. Every turn and every token weighs a half, every token's entropy a tenth.
 */
export const inputs: LossInputs = {
  attemptMask: rows([1, 1, 0], [1, 0, 0]),
  verdictMask: rows([0, 0, 1], [0, 1, 0]),
  revisionMask: rows([0, 0, 0], [0, 0, 1]),
  samplingLogProbs: rows([-1.1, -2, -0.5], [-0.2, -0.5, -2.8]),
  referenceLogProbs: rows([-1.5, -1, -0.5], [-0.2, -0.7, -2]),
  entropyWeight: rows([0.1, 0.1, 0.1], [0.1, 0.1, 0.1]),
  tokenAdvantage: rows([1, 1, -1], [-1, 1, -1]),
  tokenWeight: rows([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
  turnAdvantage: tf.tensor2d([
    [1, -1, 0],
    [-1, 1, -1],
  ]),
  turnWeight: tf.tensor2d([
    [0.5, 0.5, 0],
    [0.5, 0.5, 0.5],
  ]),
}

function rows(first: readonly number[], second: readonly number[]): Tensor2D {
  return tf.tensor2d([
    [...first, 0],
    [...second, 0],
  ])
}

/** Loss and sums on the two rows, to five decimals. */
export function assertLoss(
  loss: PolicyLoss,
  expected: { readonly loss: number; readonly sums: Partial<Record<LossSumName, number>> },
  given: LossInputs = inputs,
): void {
  const { loss: total, sums } = loss.compute(logProbs, loss.needsEntropy ? entropy : null, given)
  assertClose(total.dataSync()[0] ?? NaN, expected.loss, 1e-5)
  for (const [name, value] of Object.entries(expected.sums) as [LossSumName, number][]) {
    assertClose(sums[name]?.dataSync()[0] ?? NaN, value, 1e-5)
  }
}

/** d loss / d ln π, row by row. */
export function gradientOf(loss: PolicyLoss, given: LossInputs = inputs): number[][] {
  const total = (at: tf.Tensor) => loss.compute(at as Tensor2D, null, given).loss
  return tf.grad(total)(logProbs).arraySync() as number[][]
}
