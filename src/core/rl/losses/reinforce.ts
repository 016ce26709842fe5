import * as tf from '@tensorflow/tfjs'
import type { PolicyLoss } from './policyLoss.ts'
import { commonInputs, diagnosticSums, entropyTerm, sumPerTurn, sumsByKind } from './turnSums.ts'

export interface ReinforceSettings {
  readonly usesReference: boolean
  readonly hasEntropyBonus: boolean
}

/**
 * REINFORCE with the whole turn as one action: L = − Σ_turns weight · A · Σ_tokens ln π.
 * With A = r − β₂·ρ − V, ρ a constant, its gradient is that of A*-PO's square ÷ 2β₂ on fresh rollouts (algorithms 4.3).
 * Inputs: `turnAdvantage`, `turnWeight` [B, 3].
 */
export function reinforceLoss({ usesReference, hasEntropyBonus }: ReinforceSettings): PolicyLoss {
  return {
    name: 'reinforce',
    inputs: [
      ...commonInputs({ usesReference, hasEntropyBonus }),
      { name: 'turnAdvantage', per: 'turn' },
      { name: 'turnWeight', per: 'turn' },
    ],
    needsEntropy: hasEntropyBonus,
    compute(logProbs, entropy, inputs) {
      const turnLogProb = sumPerTurn(logProbs, inputs) // [B, 3]
      const perTurn = tf.neg(tf.mul(tf.mul(turnLogProb, inputs.turnAdvantage), inputs.turnWeight))
      const bonus = entropyTerm(entropy, inputs)
      return {
        loss: tf.sub(tf.sum(perTurn), bonus),
        sums: {
          ...sumsByKind('loss', perTurn),
          lossEntropyBonus: tf.neg(bonus),
          ...diagnosticSums(logProbs, inputs),
        },
      }
    },
  }
}
