import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'

/** A matrix kept in less than 32 bits. */
export interface StoredMatrix {
  /** Its elements; tfjs has no such types, so only the ops of stored matrices take it. */
  readonly matrix: Tensor2D
  readonly type: 'bfloat16' | 'float16' | 'int8'
  /** Factor of each output channel, [out, 1] or [1, out]; null: the elements are the numbers themselves. */
  readonly scale: Tensor | null
}

/**
 * In what the products of linear modules are computed: 32-bit floats, or bf16 with sums in 32 bits and a
 * result rounded to bf16 (mixed precision, arXiv 1710.03740; a captured graph on a processor without AVX-512 cuts it
 * off instead). What is multiplied and what comes out are 32-bit
 * floats either way.
 */
export type ProductPrecision = 'f32' | 'bf16'

/**
 * Ops that plain tfjs runs slowly or not at all, each with its gradient. The host implements them on
 * TensorFlow (`src/main/host/tensorflow/ops.ts`); a tracer records them like any other op.
 */
export interface RawOps {
  /** TensorFlow's 2-D `MatMul` (tf.matMul always runs the slower batched one). [M, K]·[K, N] → [M, N] */
  matMul(a: Tensor2D, b: Tensor2D, transposeA?: boolean, transposeB?: boolean): Tensor2D
  /**
   * The product of a linear module, x·W or x·Wᵀ, in the precision that these ops were made with; so are its
   * gradients. [N, I] → [N, O]
   */
  linear(x: Tensor2D, weight: Tensor2D, transposed: boolean): Tensor2D
  /**
   * Rows of a table by int32 ids, no read-back to JavaScript; gradient: a segment sum. [V, C], [...] → [...,
   * C]
   */
  embed(table: Tensor2D, ids: Tensor): Tensor
  /**
   * A stored matrix's elements as 32-bit floats, not made before `after` is there. No gradient: nothing
   * trains it.
   */
  expand(stored: StoredMatrix, after: Tensor): Tensor2D
  /** Rows of a stored matrix by int32 ids [N], as 32-bit floats; no gradient. [V, C] → [N, C] */
  embedStored(stored: StoredMatrix, ids: Tensor): Tensor2D
  /**
   * Uniform numbers in [0, 1) that depend on nothing but the seed (two int32) and the shape, not drawn before
   * `after` is there. No gradient.
   */
  uniform(seed: Tensor1D, shape: readonly number[], after: Tensor): Tensor
  /** Fused log-softmax and pick. [N, V], int32 [N] → [N], ≤ 0 */
  tokenLogProbs(logits: Tensor2D, targets: Tensor1D): Tensor1D
  /**
   * x itself. In a graph it is there only once the others are: what is computed from it starts no earlier. No
   * gradient.
   */
  after<T extends Tensor>(x: T, others: readonly Tensor[]): T
}
