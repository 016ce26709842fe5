import type { RunConfig } from '../../../shared/config/parseConfig.ts'

/**
 * Whether a step needs the reference policy's log-probs: always for A*-PO, never for DAPO and rejection
 * sampling, else with β₂ > 0 or where SCoRe holds the attempt at it.
 */
export function needsReference({ method, policyBeta, score }: RunConfig): boolean {
  if (method === 'dapo' || method === 'rejection-sampling') return false
  return policyBeta > 0 || (score !== null && score.attemptBeta > 0)
}
