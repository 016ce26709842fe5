import * as tf from '@tensorflow/tfjs'
import { diagnosticSums } from './diagnostics.ts'
import { fedInput, type PolicyLoss } from './policyLoss.ts'
import { commonInputs, entropyTerm, sumPerTurn, sumsByKind } from './turnMasks.ts'

/**
 * Rejection-sampling fine-tuning: the cross-entropy of a warm-up on what the policy itself wrote, of correct
 * turns alone:
 *
 *     L = − Σ weight · ln π(token),    weight = λ / tokens of correct turns; 0 on every other token
 *
 * Input: `tokenWeight` [B, T]. Sources: RAFT (arXiv 2304.06767), STaR (arXiv 2203.14465); per turn as in
 * docs/method.md.
 */
export function imitationLoss({ hasEntropyBonus }: { readonly hasEntropyBonus: boolean }): PolicyLoss {
  return {
    name: 'rejection-sampling',
    inputs: [
      ...commonInputs({ usesReference: false, hasEntropyBonus }),
      { name: 'tokenWeight', per: 'token' },
    ],
    needsEntropy: hasEntropyBonus,
    compute(logProbs, entropy, inputs) {
      const perToken = tf.neg(tf.mul(logProbs, fedInput(inputs, 'tokenWeight'))) // [B, T]
      const bonus = entropyTerm(entropy, inputs)
      return {
        loss: tf.sub(tf.sum(perToken), bonus),
        sums: {
          ...sumsByKind('loss', sumPerTurn(perToken, inputs)),
          lossEntropyBonus: tf.neg(bonus),
          ...diagnosticSums(logProbs, inputs),
        },
      }
    },
  }
}
