import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import type { RawOps } from '../../../src/core/graph/rawOps.ts'
import { withGradient } from '../../../src/core/graph/withGradient.ts'

/** The raw ops in plain tfjs, for any backend: the reference that faster ones are compared with. */
export const plainRawOps: RawOps = {
  matMul(a: Tensor2D, b: Tensor2D, transposeA = false, transposeB = false): Tensor2D {
    return tf.matMul(a, b, transposeA, transposeB)
  },

  linear: (x, weight, transposed) => tf.matMul(x, weight, false, transposed),

  embed(table: Tensor2D, ids: Tensor): Tensor {
    const flat = ids.reshape([ids.size]) // [N]
    const [rows, width] = table.shape
    const picked = withGradient([table], (save) => {
      save([flat])
      return {
        value: tf.gather(table, flat.toInt()), // [N, C]
        gradient: (dy, saved) => {
          const [savedIds] = saved as readonly [Tensor]
          return [tf.unsortedSegmentSum(dy as Tensor2D, savedIds.as1D().toInt(), rows)] // [V, C]
        },
      }
    })
    return picked.reshape([...ids.shape, width])
  },

  expand: noStoredMatrices,
  embedStored: noStoredMatrices,
  uniform: noSeededDraws,

  tokenLogProbs(logits: Tensor2D, targets: Tensor1D): Tensor1D {
    return withGradient([logits], (save) => {
      const logProbs = tf.logSoftmax(logits) // [N, V]
      const chosen = tf.oneHot(targets.toInt(), logits.shape[1]).toFloat() // [N, V]
      save([logProbs, chosen])
      return {
        value: tf.sum(logProbs.mul(chosen), -1), // [N]
        gradient: (dy, saved) => {
          const [savedLogProbs, savedChosen] = saved as readonly [Tensor, Tensor]
          return [savedChosen.sub(savedLogProbs.exp()).mul(dy.expandDims(-1))]
        },
      }
    }) as Tensor1D
  },

  after: (x) => x.clone(),
}

function noSeededDraws(): never {
  throw new RangeError('plain tfjs draws no numbers by a seed of two')
}

function noStoredMatrices(): never {
  throw new RangeError('plain tfjs holds no matrices of less than 32 bits')
}
