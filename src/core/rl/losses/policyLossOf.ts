import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import { clippedRatioLoss, sequenceRatioLoss } from './clippedRatio.ts'
import { imitationLoss } from './imitation.ts'
import { needsReference } from './needsReference.ts'
import { optimalAdvantageLoss } from './optimalAdvantage.ts'
import type { PolicyLoss } from './policyLoss.ts'
import { reinforceLoss } from './reinforce.ts'

/** The loss that a config asks for. */
export function policyLossOf(config: RunConfig): PolicyLoss {
  const { policyBeta, lossScale, clip } = config
  const hasEntropyBonus = config.entropyBonus > 0
  const usesReference = needsReference(config)
  switch (config.method) {
    case 'a-star-po':
      return optimalAdvantageLoss({ policyBeta, lossScale, hasEntropyBonus })
    case 'grpo':
    case 'dr-grpo':
      return clippedRatioLoss({ name: config.method, clip, klWeight: policyBeta, hasEntropyBonus })
    case 'dapo':
      return clippedRatioLoss({ name: 'dapo', clip, klWeight: 0, hasEntropyBonus })
    case 'reinforce':
      return reinforceLoss({ usesReference, hasEntropyBonus })
    case 'rloo':
      return sequenceRatioLoss({ clip, usesReference, hasEntropyBonus })
    case 'rejection-sampling':
      return imitationLoss({ hasEntropyBonus })
  }
}
