import * as tf from '@tensorflow/tfjs'
import { fedInput, type PolicyLoss } from './policyLoss.ts'
import { turnActionLoss } from './turnActionLoss.ts'
import { sumPerTurn } from './turnMasks.ts'

export interface ReinforceSettings {
  readonly usesReference: boolean
  readonly hasEntropyBonus: boolean
}

/**
 * REINFORCE with the whole turn as one action: L = − Σ_turns weight · A · Σ_tokens ln π. With A = r − β₂·ρ −
 * V, ρ a constant, its gradient is that of A*-PO's square ÷ 2β₂ on fresh rollouts (docs/method.md 4.1).
 * Inputs: `turnAdvantage`, `turnWeight` [B, 3].
 */
export function reinforceLoss(settings: ReinforceSettings): PolicyLoss {
  return turnActionLoss({ name: 'reinforce', ...settings }, (logProbs, inputs) => ({
    gain: tf.mul(sumPerTurn(logProbs, inputs), fedInput(inputs, 'turnAdvantage')),
    sums: {},
  }))
}
