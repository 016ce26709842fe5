import type { RunConfig } from '../config/parseConfig.ts'
import { updateFields } from '../config/changeableFields.ts'
import { configDifferences } from '../config/layers.ts'
import { formatCount, formatDuration } from './format.ts'
import type { RolloutCounts } from '../runs/rolloutCounts.ts'

/** How fast an earlier run of the same model and settings went on this machine. */
export interface RunPace {
  readonly runId: string
  /** Sampling of one rollout, ms. */
  readonly samplingMs: number
  /** Reference pass and updates of one training rollout, ms; null: a run of stage 1 makes none. */
  readonly updateMs: number | null
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
  'warmUp',
  'alarms',
  'evalEvery',
  'evalSamples',
  'checkpointEvery',
  'keep',
  'onNoSignal',
  'grader',
  ...updateFields,
]

/** Parts of those groups that do: other problems have other lengths. */
const paceFields: readonly string[] = ['data.source', 'data.levels', 'data.fallback']

/**
 * Whether the speed of a run with one config says how fast a run with the other will be, on the same machine.
 */
export function isSamePace(left: RunConfig, right: RunConfig): boolean {
  return configDifferences(left, right).every(
    ({ path }) => !isWithin(path, paceFields) && isWithin(path, paceFreeFields),
  )
}

function isWithin(path: string, fields: readonly string[]): boolean {
  return fields.some((field) => path === field || path.startsWith(`${field}.`))
}

/** Milliseconds that sampling and updates will take together; null where updates were not measured. */
export function estimatedMs(counts: RolloutCounts, { samplingMs, updateMs }: RunPace): number | null {
  if (counts.maxTokens !== undefined || (counts.training > 0 && updateMs === null)) return null
  const sampled = counts.stageOne + counts.training + counts.evaluation
  return sampled * samplingMs + counts.training * (updateMs ?? 0)
}

/**
 * `0.25 s a step`: sampling and update of a step of stage 2; null where there are none, or updates were not
 * measured.
 */
export function stepTimeText(
  { steps, training }: RolloutCounts,
  { samplingMs, updateMs }: RunPace,
): string | null {
  if (steps === 0 || updateMs === null) return null
  const seconds = ((training / steps) * (samplingMs + updateMs)) / 1000
  return `${seconds < 10 ? Number(seconds.toPrecision(2)) : formatCount(seconds)} s a step`
}

/** Shorter than this, nobody plans with the time. */
const shortMs = 60_000

/**
 * What sampling will take at the pace of a first look, said where no earlier run has shown more; null where
 * it is short.
 *
 * @param samplingMs  of one rollout, in a smaller batch than those to come
 */
export function probedTimeText(counts: RolloutCounts, samplingMs: number): string | null {
  const rollouts = counts.stageOne + counts.training + counts.evaluation
  const ms = rollouts * samplingMs
  if (ms < shortMs) return null
  const updates = counts.training > 0 ? ', and its updates come on top' : ''
  return `At the pace of the probe (${formatRate(1000 / samplingMs)} rollouts a second), sampling ${formatCount(rollouts)} rollouts takes about ${formatDuration(ms)}; larger batches may be faster${updates}.`
}

function formatRate(perSecond: number): string {
  return perSecond >= 10 ? formatCount(perSecond) : String(Number(perSecond.toPrecision(2)))
}

/** Longer than anyone waits for a run without having meant it. */
const longMs = 30 * 24 * 3_600_000
/** Rollouts a second that no model on one machine comes near to; for a model whose pace is not known. */
const fastestPerSecond = 10_000

/**
 * A warning for a run that ends in no reasonable time, as with a mistyped number of steps; else null.
 *
 * @param pace of an earlier run on this machine; null where there is none
 */
export function longRunText(counts: RolloutCounts, pace: RunPace | null): string | null {
  const measured = pace === null ? null : estimatedMs(counts, pace)
  const rollouts = counts.stageOne + counts.training + counts.evaluation
  const ms = measured ?? (1000 * rollouts) / fastestPerSecond
  if (ms < longMs) return null
  const most = measured === null ? `even at ${formatCount(fastestPerSecond)} rollouts a second ` : ''
  return `${formatCount(rollouts)} rollouts: ${most}this takes about ${formatCount(Math.round(ms / 86_400_000))} days.`
}

/**
 * How much a run samples and how long that will take, in one sentence.
 *
 * @param pace of an earlier run on this machine; null where there is none
 */
export function timeEstimateText(counts: RolloutCounts, pace: RunPace | null): string {
  const parts = [
    ...(counts.stageOne > 0 ? [`${formatCount(counts.stageOne)} rollouts of stage 1`] : []),
    ...(counts.training > 0
      ? [`${formatCount(counts.training)} training rollouts in ${formatCount(counts.steps)} steps`]
      : []),
    ...(counts.maxTokens === undefined
      ? []
      : [`training until ${formatCount(counts.maxTokens)} tokens are generated`]),
    ...(counts.evaluation > 0 ? [`${formatCount(counts.evaluation)} of evaluations`] : []),
  ]
  if (parts.length === 0) return 'Nothing is sampled: a warm-up learns from conversations that are there.'
  const ms = pace === null ? null : estimatedMs(counts, pace)
  if (counts.maxTokens !== undefined) return `${parts.join(', ')}.`
  const time =
    pace === null || ms === null
      ? 'how long that takes is not known, because no earlier run here had this model and these settings'
      : `about ${formatDuration(ms)}${inSteps(stepTimeText(counts, pace))} at the pace of ${pace.runId}`
  return `${parts.join(', ')}: ${time}.`
}

function inSteps(step: string | null): string {
  return step === null ? '' : ` (${step})`
}
