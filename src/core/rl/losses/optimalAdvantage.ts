import * as tf from '@tensorflow/tfjs'
import type { Scalar } from '@tensorflow/tfjs'
import { diagnosticSums } from './diagnostics.ts'
import { fedInput, type PolicyLoss } from './policyLoss.ts'
import { commonInputs, entropyTerm, sumPerTurn, sumsByKind } from './turnMasks.ts'

export interface OptimalAdvantageSettings {
  /** β₂, reward per nat, > 0 */
  readonly policyBeta: number
  /** `unit` divides the whole loss by 2β₂; its sums stay in reward². */
  readonly lossScale: 'paper' | 'unit'
  readonly hasEntropyBonus: boolean
}

/**
 * A*-PO's regression, one square per turn:
 *
 *     L = Σ_turns weight · (β₂·ρ − A)²,    ρ = Σ over the turn's own tokens of (ln π − ln π_ref)
 *
 * Only ln π carries gradient. Inputs: `turnAdvantage` [B, 3] = r − V, normalised or not; `turnWeight` [B, 3]
 * = λ/B, 0 where a turn is absent; `referenceLogProbs` [B, T]. Source: arXiv 2505.20686, per turn as in
 * docs/method.md.
 */
export function optimalAdvantageLoss(settings: OptimalAdvantageSettings): PolicyLoss {
  const { policyBeta, hasEntropyBonus } = settings
  const scale = settings.lossScale === 'unit' ? 1 / (2 * policyBeta) : 1
  return {
    name: 'a-star-po',
    inputs: [
      ...commonInputs({ usesReference: true, hasEntropyBonus }),
      { name: 'turnAdvantage', per: 'turn' },
      { name: 'turnWeight', per: 'turn' },
    ],
    needsEntropy: hasEntropyBonus,
    compute(logProbs, entropy, inputs) {
      const logRatio = sumPerTurn(tf.sub(logProbs, fedInput(inputs, 'referenceLogProbs')), inputs) // ρ: [B, 3]
      const residual = tf.sub(tf.mul(logRatio, policyBeta), fedInput(inputs, 'turnAdvantage'))
      const perTurn = tf.mul(fedInput(inputs, 'turnWeight'), tf.mul(residual, residual)) // [B, 3]
      const bonus = entropyTerm(entropy, inputs)
      return {
        loss: tf.mul(tf.sub(tf.sum(perTurn), bonus), scale) as Scalar,
        sums: {
          ...sumsByKind('loss', perTurn),
          lossEntropyBonus: tf.neg(bonus),
          ...diagnosticSums(logProbs, inputs),
        },
      }
    },
  }
}
