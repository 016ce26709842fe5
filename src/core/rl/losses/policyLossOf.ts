import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import { clippedRatioLoss, sequenceRatioLoss } from './clippedRatio.ts'
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
  }
}

/** Whether a step needs the reference policy's log-probs: always for A*-PO, never for DAPO, else with β₂ > 0. */
export function needsReference(config: RunConfig): boolean {
  return config.method !== 'dapo' && config.policyBeta > 0
}
