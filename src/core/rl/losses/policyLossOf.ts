import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import { clippedRatioLoss, sequenceRatioLoss } from './clippedRatio.ts'
import { imitationLoss } from './imitation.ts'
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

/**
 * Whether a step needs the reference policy's log-probs: always for A*-PO, never for DAPO and rejection
 * sampling, else with β₂ > 0 or where SCoRe holds the attempt at it.
 */
export function needsReference({ method, policyBeta, score }: RunConfig): boolean {
  if (method === 'dapo' || method === 'rejection-sampling') return false
  return policyBeta > 0 || (score !== null && score.attemptBeta > 0)
}
