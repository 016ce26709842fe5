/** How updates are made of what was sampled: neither what is sampled nor how long it takes. */
export const updateFields: readonly string[] = [
  'optimizer',
  'policyBeta',
  'revisionBonus',
  'verdictReward',
  'entropyBonus',
  'turnWeights',
  'clip',
  'lossScale',
  'normalise',
  'runningStatistics',
]

/**
 * What a run may be given another value of on its way: memory and care, and how updates are made. What
 * decides which problems it sees, which model it is and what V* was estimated from is not among it.
 */
export const changeableFields: readonly string[] = [
  'microBatch',
  'recompute',
  'capture',
  'sampler',
  'xla',
  'checkpointEvery',
  'keep',
  'evalEvery',
  'alarms',
  ...updateFields,
  'vStar.beta',
  'vStar.baseline',
]

/** Whether the field at this path, or the group that it is in, may change while a run goes on. */
export function isChangeable(path: string): boolean {
  return changeableFields.some((field) => path === field || path.startsWith(`${field}.`))
}
