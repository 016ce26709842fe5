import * as tf from '@tensorflow/tfjs'
import type { Scalar, Tensor } from '@tensorflow/tfjs'

/** Square root of the sum of all squares. @returns scalar; the caller disposes it */
export function globalNorm(gradients: readonly Tensor[]): Scalar {
  return tf.tidy(() => tf.addN(gradients.map((gradient) => gradient.square().sum<Scalar>())).sqrt())
}

/**
 * What every gradient is multiplied by so that the global norm is at most `clipNorm`: min(1, clipNorm / (norm
 * + 1e-6)), as PyTorch's `clip_grad_norm_`.
 *
 * @returns scalar in (0, 1]; the caller disposes it
 */
export function clipFactor(norm: Scalar, clipNorm: number): Scalar {
  return tf.tidy(() => tf.minimum(tf.scalar(clipNorm).div(norm.add(1e-6)), 1))
}
