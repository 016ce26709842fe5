import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'

/**
 * Ops that plain tfjs runs slowly or not at all, each with its gradient. The host implements them on TensorFlow
 * (`src/main/host/tensorflow/ops.ts`); a tracer records them like any other op.
 */
export interface RawOps {
  /** TensorFlow's 2-D `MatMul` (tf.matMul always runs the slower batched one). [M, K]·[K, N] → [M, N] */
  matMul(a: Tensor2D, b: Tensor2D, transposeA?: boolean, transposeB?: boolean): Tensor2D
  /** Rows of a table by int32 ids, no read-back to JavaScript; gradient: a segment sum. [V, C], [...] → [..., C] */
  embed(table: Tensor2D, ids: Tensor): Tensor
  /** Fused log-softmax and pick. [N, V], int32 [N] → [N], ≤ 0 */
  tokenLogProbs(logits: Tensor2D, targets: Tensor1D): Tensor1D
}
