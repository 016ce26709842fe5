import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import type { RawOps } from '../graph/rawOps.ts'
import { withGradient } from '../graph/withGradient.ts'
import { forkRandom } from '../random.ts'

/**
 * Dropout of a run: part of what adapters are given is left out of every training pass (`lora_dropout` of
 * PEFT).
 */
export interface DropoutSetting {
  /** Share of the inputs that is dropped, in [0, 1). */
  readonly rate: number
  readonly seed: number
}

/**
 * Dropout of one pass. Scores, samples and the reference are computed without: with `keep` 1 an input stays as
 * it is.
 */
export interface AdapterDropout {
  /** Scalar: share of the inputs that stays, 1 − rate. */
  readonly keep: Tensor
  /**
   * Scalar int32: what is dropped depends on it, the module and the shape alone, so that it can be computed
   * again.
   */
  readonly key: Tensor
}

/**
 * x with elements set to 0, each by itself, and the others divided by `keep`, so that the mean stays (inverted
 * dropout).
 *
 * @param module  name of the module that x goes into; each drops other elements
 * @param x       [N, in] @returns [N, in]
 */
export function withDropout(
  ops: RawOps,
  { keep, key }: AdapterDropout,
  module: string,
  x: Tensor2D,
): Tensor2D {
  const seed = tf.stack([key, tf.scalar(streamOf(module), 'int32')]) as Tensor1D
  // what is drawn comes after x and does not depend on it: the tape must not look for a way back
  return withGradient([x], (save) => {
    const factors = ops.uniform(seed, x.shape, x).less(keep).toFloat().div(keep)
    save([factors])
    return { value: x.mul(factors), gradient: (dy, saved) => [dy.mul(saved[0])] }
  }) as Tensor2D
}

/** The key of a micro-batch: an update that is repeated, or goes on after a stop, drops the same. */
export function dropoutKey({ seed }: DropoutSetting, update: number, microBatch: number): number {
  return forkRandom(seed, 'adapter dropout', update, microBatch).nextUint32() | 0
}

/** The second number of the seed of everything that a module drops. */
function streamOf(module: string): number {
  return forkRandom(0, 'adapter dropout', module).nextUint32() | 0
}
