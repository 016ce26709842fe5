import * as tf from '@tensorflow/tfjs'
import type { Scalar } from '@tensorflow/tfjs'
import { fedInput, type PolicyLoss } from './policyLoss.ts'

/**
 * L = − Σ weight · ln π(token): what a language model is pre-trained with, and what stored expectations of
 * checkpoints hold. Input: `tokenWeight` [B, T].
 */
export const negativeLogLikelihood: PolicyLoss = {
  name: 'negative-log-likelihood',
  inputs: [{ name: 'tokenWeight', per: 'token' }],
  needsEntropy: false,
  compute(logProbs, _entropy, inputs) {
    const tokenWeight = fedInput(inputs, 'tokenWeight')
    return {
      loss: tf.neg(tf.sum(tf.mul(logProbs, tokenWeight))) as Scalar,
      sums: { weight: tf.sum(tokenWeight) },
    }
  },
}

/** The same on rows that several conversations share: attention stays within a `segment` [B, T]. */
export const packedNegativeLogLikelihood: PolicyLoss = {
  ...negativeLogLikelihood,
  name: 'packed-negative-log-likelihood',
  inputs: [
    { name: 'tokenWeight', per: 'token' },
    { name: 'segment', per: 'token' },
  ],
}
