import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '@tensorflow/tfjs'
import { turnPlaces, type PackedRollout } from '../rollout/packedRow.ts'

/**
 * ρ of every turn under the policy that sampled it, a constant of the step:
 *
 *     ρ = Σ over the turn's own tokens of (ln π_sampling − ln π_ref)
 *
 * @returns one number a turn, in nats, in the order of the turns; null without a reference
 */
export function turnLogRatios(rollout: Pick<PackedRollout, 'turns' | 'rows'>): number[] | null {
  const ratios = turnPlaces(rollout).map(({ row: { referenceLogProbs }, span }, index) =>
    referenceLogProbs === null
      ? null
      : rollout.turns[index].samplingLogProbs.reduce(
          // token t of the row is predicted at position t − 1
          (sum, logProb, token) => sum + logProb - referenceLogProbs[span.start - 1 + token],
          0,
        ),
  )
  return ratios.every((ratio) => ratio !== null) ? ratios : null
}

/**
 * Per-token KL estimate π_ref/π − ln(π_ref/π) − 1 ≥ 0 (Schulman, "Approximating KL divergence").
 *
 * @param logRatio ln π − ln π_ref, already 0 outside completions: exp of anything else could overflow
 */
export function k3(logRatio: Tensor): Tensor {
  const toReference = tf.neg(logRatio)
  return tf.sub(tf.sub(tf.exp(toReference), toReference), 1)
}
