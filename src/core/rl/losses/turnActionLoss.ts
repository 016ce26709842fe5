import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import { diagnosticSums } from './diagnostics.ts'
import { fedInput, type LossInputs, type LossSums, type PolicyLoss } from './policyLoss.ts'
import { commonInputs, entropyTerm, sumsByKind } from './turnMasks.ts'

export interface TurnActionSettings {
  readonly name: string
  readonly usesReference: boolean
  readonly hasEntropyBonus: boolean
}

/**
 * A loss whose action is a whole turn: L = − Σ_turns weight · gain − entropy bonus.
 *
 * @param gainOf the turns' gains [B, 3] in units of reward, 0 where a turn is absent, and sums of its own to
 *   report
 */
export function turnActionLoss(
  settings: TurnActionSettings,
  gainOf: (logProbs: Tensor2D, inputs: LossInputs) => { readonly gain: Tensor; readonly sums: LossSums },
): PolicyLoss {
  const { name, usesReference, hasEntropyBonus } = settings
  return {
    name,
    inputs: [
      ...commonInputs({ usesReference, hasEntropyBonus }),
      { name: 'turnAdvantage', per: 'turn' },
      { name: 'turnWeight', per: 'turn' },
    ],
    needsEntropy: hasEntropyBonus,
    compute(logProbs, entropy, inputs) {
      const { gain, sums } = gainOf(logProbs, inputs)
      const perTurn = tf.neg(tf.mul(gain, fedInput(inputs, 'turnWeight'))) // [B, 3]
      const bonus = entropyTerm(entropy, inputs)
      return {
        loss: tf.sub(tf.sum(perTurn), bonus),
        sums: {
          ...sumsByKind('loss', perTurn),
          lossEntropyBonus: tf.neg(bonus),
          ...sums,
          ...diagnosticSums(logProbs, inputs),
        },
      }
    },
  }
}
