import * as tf from '@tensorflow/tfjs'
import type { Scalar, Tensor2D } from '@tensorflow/tfjs'
import { k3 } from '../kl.ts'
import { fedInput, type LossInputs, type LossSums } from './policyLoss.ts'
import { completionMask, sumPerTurn, sumsByKind } from './turnMasks.ts'

/**
 * What every loss reports beside itself, each a sum over completion tokens: `samplerGap` |ln π − ln
 * π_sampler|, `negLogProb` −ln π (its mean estimates the entropy), and with a reference `klK1`, `klK3` and ρ
 * per kind (`logRatio…`).
 */
export function diagnosticSums(logProbs: Tensor2D, inputs: LossInputs): LossSums {
  const mask = completionMask(inputs)
  const gap = tf.mul(tf.abs(tf.sub(logProbs, fedInput(inputs, 'samplingLogProbs'))), mask)
  const sums = {
    samplerGap: tf.sum(gap) as Scalar,
    negLogProb: tf.neg(tf.sum(tf.mul(logProbs, mask))) as Scalar,
  }
  if (inputs.referenceLogProbs === undefined) return sums
  const logRatio = tf.mul(tf.sub(logProbs, inputs.referenceLogProbs), mask)
  return {
    ...sums,
    klK1: tf.sum(logRatio) as Scalar,
    klK3: tf.sum(tf.mul(k3(logRatio), mask)) as Scalar,
    ...sumsByKind('logRatio', sumPerTurn(logRatio, inputs)),
  }
}
