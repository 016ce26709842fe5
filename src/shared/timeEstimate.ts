import type { RunConfig } from './config/parseConfig.ts'
import { configDifferences } from './config/layers.ts'
import type { RolloutCounts } from './rolloutCounts.ts'

/** How fast an earlier run of the same model and settings went on this machine. */
export interface RunPace {
  readonly runId: string
  /** Sampling of one rollout, ms. */
  readonly samplingMs: number
  /** Reference pass and updates of one training rollout, ms. */
  readonly updateMs: number
}

/** Fields that do not change how long a rollout or an update takes; a group stands for all its fields. */
export const paceFreeFields: readonly string[] = [
  'name',
  'tags',
  'notes',
  'seed',
  'steps',
  'epochs',
  'data',
  'vStar',
  'alarms',
  'evalEvery',
  'evalSamples',
  'checkpointEvery',
  'keep',
  'optimizer',
  'onNoSignal',
  'grader',
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

/** Parts of those groups that do: other problems have other lengths. */
const paceFields: readonly string[] = ['data.source', 'data.levels', 'data.fallback']

/** Whether the speed of a run with one config says how fast a run with the other will be, on the same machine. */
export function isSamePace(left: RunConfig, right: RunConfig): boolean {
  return configDifferences(left, right).every(
    ({ path }) => !isWithin(path, paceFields) && isWithin(path, paceFreeFields),
  )
}

function isWithin(path: string, fields: readonly string[]): boolean {
  return fields.some((field) => path === field || path.startsWith(`${field}.`))
}

/** Seconds that sampling and updates will take together. */
export function estimatedSeconds(counts: RolloutCounts, { samplingMs, updateMs }: RunPace): number {
  const sampled = counts.stageOne + counts.training + counts.evaluation
  return (sampled * samplingMs + counts.training * updateMs) / 1000
}
