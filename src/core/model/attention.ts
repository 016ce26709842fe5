import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs'

/**
 * Added to scores a query may not see: its exponential is 0 in F32, yet a row that sees nothing stays finite.
 */
const hidden = -1e9

/**
 * Causal grouped-query attention (GQA, arXiv 2305.13245). The H / K query heads of one key/value head are
 * rows of one matrix product, so keys and values are never repeated.
 *
 * @param q     [B, T, H, D], already scaled by 1/√D
 * @param k     [B, K, S, D]
 * @param v     [B, K, S, D]
 * @param mask  broadcast to [B, H, T, S]; 0 where a query may look, −1e9 where it may not
 * @returns     [B·T, H·D]; the caller disposes it
 */
export function attend(q: Tensor4D, k: Tensor4D, v: Tensor4D, mask: Tensor): Tensor2D {
  const [B, T, H, D] = q.shape
  const [, K, S] = k.shape
  if (H % K !== 0) {
    throw new RangeError(`attend: query heads (${H}) must be a multiple of key/value heads (${K})`)
  }
  const queries = q.transpose([0, 2, 1, 3]).reshape([B * K, (H / K) * T, D])
  const scores = tf.matMul(queries, k.reshape([B * K, S, D]), false, true) // [B·K, H/K·T, S]
  const weights = tf.softmax(scores.reshape([B, H, T, S]).add(mask))
  const mixed = tf.matMul(weights.reshape([B * K, (H / K) * T, S]), v.reshape([B * K, S, D]))
  return mixed
    .reshape([B, H, T, D])
    .transpose([0, 2, 1, 3])
    .reshape([B * T, H * D])
}

/**
 * Position t may look at positions ≤ t.
 *
 * @returns [T, T]
 */
export function causalMask(length: number): Tensor2D {
  const values = new Float32Array(length * length)
  for (let query = 0; query < length; query++) {
    values.fill(hidden, query * length + query + 1, (query + 1) * length)
  }
  return tf.tensor2d(values, [length, length])
}

/**
 * What conversations that share a row hide from each other.
 *
 * @param segments  [B, T] whole numbers: the conversation that each position belongs to
 * @returns         [B, 1, T, T]
 */
export function segmentMask(segments: Tensor): Tensor {
  const [B, T] = segments.shape
  const apart = segments.reshape([B, 1, T, 1]).sub(segments.reshape([B, 1, 1, T]))
  return apart.mul(apart).mul(hidden)
}

/**
 * What a row's pads hide.
 *
 * @param attentionMask  [B, S] int32; 1 = counts
 * @returns              [B, 1, 1, S]
 */
export function padMask(attentionMask: Tensor2D): Tensor {
  const [B, S] = attentionMask.shape
  return attentionMask.toFloat().sub(1).mul(-hidden).reshape([B, 1, 1, S])
}
