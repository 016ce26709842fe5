import * as tf from '@tensorflow/tfjs'
import type { ProductPrecision, RawOps, StoredMatrix } from './rawOps.ts'

/** Names of the kernels behind `RawOps`; each backend registers its own implementation under them. */
export const rawKernels = {
  /** inputs a, b; attributes transposeA, transposeB */
  matMul: 'RecheckMatMul2D',
  /** The same in bf16: operands and result rounded to it, sums in 32 bits. */
  halfMatMul: 'RecheckHalfMatMul2D',
  /** inputs table, ids */
  embed: 'RecheckEmbed',
  /** inputs matrix, after; attribute type. Only traced: tfjs holds no such matrices. */
  expand: 'RecheckExpand',
  /** inputs matrix, ids; attribute type. Only traced. */
  embedStored: 'RecheckEmbedStored',
  /** inputs seed, after; attribute shape */
  uniform: 'RecheckUniform',
  /** inputs logits, targets; outputs −log-probs [N] and their gradient towards the logits [N, V] */
  crossEntropy: 'RecheckSparseCrossEntropy',
  /** inputs x and what it waits for, under numbers */
  after: 'RecheckAfter',
} as const

/**
 * The raw ops on whichever tfjs backend is active. Gradients are written once, here.
 *
 * @param products of linear modules; all else is computed in 32 bits
 */
export function makeRawOps(products: ProductPrecision = 'f32'): RawOps {
  registerGradients()
  const kernel = products === 'bf16' ? rawKernels.halfMatMul : rawKernels.matMul
  return {
    matMul: (a, b, transposeA = false, transposeB = false) =>
      product(rawKernels.matMul, a, b, { transposeA, transposeB }),
    linear: (x, weight, transposed) =>
      product(kernel, x, weight, { transposeA: false, transposeB: transposed }),
    embed,
    expand,
    embedStored,
    uniform,
    tokenLogProbs,
    after,
  }
}

type ProductKernel = typeof rawKernels.matMul | typeof rawKernels.halfMatMul

function product(
  kernel: ProductKernel,
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  { transposeA, transposeB }: Transposes,
): tf.Tensor2D {
  const inner = a.shape[transposeA ? 0 : 1]
  if (inner !== b.shape[transposeB ? 1 : 0]) {
    throw new RangeError(
      `matMul: inner sizes differ: [${a.shape.join()}]${transposeA ? 'ᵀ' : ''} · [${b.shape.join()}]${transposeB ? 'ᵀ' : ''}`,
    )
  }
  return tf.engine().runKernel(kernel, { a, b }, { transposeA, transposeB })
}

function embed(table: tf.Tensor2D, ids: tf.Tensor): tf.Tensor {
  return tf.engine().runKernel(rawKernels.embed, { table, ids })
}

function expand({ matrix, type }: StoredMatrix, after: tf.Tensor): tf.Tensor2D {
  return tf.engine().runKernel(rawKernels.expand, { matrix, after }, { type })
}

function embedStored({ matrix, type }: StoredMatrix, ids: tf.Tensor): tf.Tensor2D {
  return tf.engine().runKernel(rawKernels.embedStored, { matrix, ids }, { type })
}

function uniform(seed: tf.Tensor1D, shape: readonly number[], after: tf.Tensor): tf.Tensor {
  return tf.engine().runKernel(rawKernels.uniform, { seed, after }, { shape: [...shape] })
}

function tokenLogProbs(logits: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D {
  const fused = tf.customGrad((...args: Array<tf.Tensor | tf.GradSaveFunc>) => {
    const [x, save] = args as [tf.Tensor, tf.GradSaveFunc]
    const [negative, towardsLogits] = tf
      .engine()
      .runKernel<tf.Tensor[]>(rawKernels.crossEntropy, { logits: x, targets })
    save([towardsLogits])
    return {
      value: negative.neg(),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => saved[0].mul(dy.neg().expandDims(1)),
    }
  })
  return fused(logits) as tf.Tensor1D
}

function after<T extends tf.Tensor>(x: T, others: readonly tf.Tensor[]): T {
  const waited = Object.fromEntries(others.map((other, i) => [String(i), other]))
  return tf.engine().runKernel<T>(rawKernels.after, { x, ...waited })
}

function registerGradients(): void {
  if (tf.getGradient(rawKernels.matMul) !== undefined) return
  registerProductGradient(rawKernels.matMul)
  registerProductGradient(rawKernels.halfMatMul)
  tf.registerGradient({
    kernelName: rawKernels.embed,
    inputsToSave: ['table', 'ids'],
    gradFunc: (dy, saved) => {
      const [table, ids] = saved as [tf.Tensor2D, tf.Tensor]
      const rows = (dy as tf.Tensor).reshape([ids.size, table.shape[1]])
      return {
        table: () => tf.unsortedSegmentSum(rows, ids.flatten().toInt(), table.shape[0]),
        ids: () => tf.zerosLike(ids),
      }
    },
  })
}

function registerProductGradient(kernelName: ProductKernel): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved, attributes) => {
      const [a, b] = saved as [tf.Tensor2D, tf.Tensor2D]
      return productGradients(kernelName, [a, b, dy as tf.Tensor2D], attributes as unknown as Transposes)
    },
  })
}

interface Transposes {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

/** d(A·B): dA = dC·Bᵀ and dB = Aᵀ·dC, for all four ways to transpose. */
function productGradients(
  kernel: ProductKernel,
  [a, b, dy]: readonly [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D],
  { transposeA, transposeB }: Transposes,
) {
  const of = (x: tf.Tensor2D, y: tf.Tensor2D, xTransposed: boolean, yTransposed: boolean) =>
    product(kernel, x, y, { transposeA: xTransposed, transposeB: yTransposed })
  return {
    a: () => (transposeA ? of(b, dy, transposeB, true) : of(dy, b, false, !transposeB)),
    b: () => (transposeB ? of(dy, a, true, transposeA) : of(a, dy, !transposeA, false)),
  }
}
