import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import { comparesRollouts, isGroupMethod } from '../../../shared/config/parseConfig.ts'
import type { AlarmCode } from '../../../shared/runs/alarms.ts'
import { wilson } from '../../../shared/statistics.ts'
import { classKeys } from '../../rl/turnBaseline.ts'
import type { ClassKey, ClassShares, Tally } from '../../rl/turnBaseline.ts'
import type { TurnKind } from '../../rollout/rollout.ts'
import type { OutcomeCounts, OutcomeShareName } from '../evaluation/outcomeCounts.ts'
import type { MetricValues } from '../../../shared/metrics/table.ts'
import { outcomeShares } from '../evaluation/outcomeCounts.ts'
import { fewestProblems, newestAttempts, type RecentCounts } from '../recentCounts.ts'

/**
 * `bad`: beyond the threshold · `good`: clear of it by a tenth · null: between the two, or too few cases to
 * say.
 */
type Health = 'bad' | 'good' | null

/** What one step shows of a way in which a run goes wrong. */
export interface AlarmSign {
  readonly code: AlarmCode
  readonly health: Health
  readonly message: string
}

/** Fewer cases than this say nothing about a share. */
const fewestCases = 8
/** Part of a threshold by which a quantity must have come back before its alarm may pass. */
const margin = 0.1
export interface AlarmInput {
  readonly values: MetricValues
  readonly counts: OutcomeCounts
  readonly firstLengths: Readonly<Record<TurnKind, number | null>> | null
  /** Attempts of the reference, or problems of the first steps, and how many were solved. */
  readonly firstAttempts: Tally
  /** Of the last steps, this one among them. */
  readonly recentTurns: RecentCounts
  /** Stage 1's shares of correct verdicts and revisions. */
  readonly referenceShares: ClassShares
}

/** What a step says of every alarm. Thresholds: `alarms` of the config. */
export function alarmSigns(input: AlarmInput, config: RunConfig): AlarmSign[] {
  if (!config.alarms.enabled) return []
  return [
    attemptSign(input, config),
    ...recallSigns(input.counts, config),
    ...shareSigns(input.counts, config),
    ...policySigns(input.values, config),
    ...lengthSigns(input, config),
    ...staleSigns(input, config),
    ...spreadSigns(input, config),
  ]
}

interface Reading {
  readonly value: number | null
  /**
   * What must lie beyond the threshold for the alarm: the value, or the end of its interval that lies nearer
   * to health.
   */
  readonly surely?: number | null
}

function percent(share: number | null): string {
  return `${(100 * (share ?? 0)).toFixed(0)} %`
}

function healthBelow({ value, surely = value }: Reading, threshold: number): Health {
  if (value === null || surely === null) return null
  if (surely < threshold) return 'bad'
  return value >= threshold * (1 + margin) ? 'good' : null
}

function healthAbove({ value, surely = value }: Reading, threshold: number): Health {
  if (value === null || surely === null) return null
  if (surely > threshold) return 'bad'
  return value <= threshold * (1 - margin) ? 'good' : null
}

function shareOf(counts: OutcomeCounts, name: OutcomeShareName) {
  const [part, whole] = outcomeShares(counts)[name]
  const interval = wilson(part, whole)
  const words = `${part} of ${whole}`
  return whole < fewestCases ? { value: null, low: null, high: null, words } : { ...interval, words }
}

/**
 * The accuracy of first attempts, now against before: the lower end of the one interval against the upper end of the other. The
 * newest steps alone would be noise, all of the recent ones would hide a fall that is fast.
 */
function attemptSign({ firstAttempts, recentTurns }: AlarmInput, { alarms }: RunConfig): AlarmSign {
  const recent = newestAttempts(recentTurns)
  const then = wilson(Math.round(firstAttempts.correct), firstAttempts.count)
  const now = wilson(Math.round(recent.correct), recent.count)
  const surely = then.low === null || now.high === null ? null : then.low - now.high
  const value =
    then.value === null || now.value === null || recent.count < fewestProblems ? null : then.value - now.value
  return {
    code: 'alarm.attempts',
    health: healthAbove({ value, surely }, alarms.attemptFallBeyond),
    message: `first attempts get worse: ${percent(now.value)} of those at the last ${recent.count} problems are correct, where ${percent(then.value)} were at first`,
  }
}

/** The two recalls are compared as they are: zero of few is all there is to see. */
function recallSigns(counts: OutcomeCounts, { alarms }: RunConfig): AlarmSign[] {
  const wrong = shareOf(counts, 'verifier/wrongRecall')
  const correct = shareOf(counts, 'verifier/correctRecall')
  return [
    {
      code: 'alarm.always-correct',
      health: healthBelow({ value: wrong.value }, alarms.wrongRecallBelow),
      message: `the verdict is almost always “correct”: it called ${wrong.words} wrong attempts wrong`,
    },
    {
      code: 'alarm.always-wrong',
      health: healthBelow({ value: correct.value }, alarms.correctRecallBelow),
      message: `the verdict is almost always “wrong”: it called ${correct.words} correct attempts correct`,
    },
  ]
}

/**
 * Thresholds that lie amid ordinary values must be passed by more than noise: by the whole Wilson interval.
 * The answer change ratio is that of wrong attempts: a revision that keeps a correct answer is no copy to
 * warn of.
 */
function shareSigns(counts: OutcomeCounts, { alarms, sampling }: RunConfig): AlarmSign[] {
  const change = shareOf(counts, 'revision/changeRatioWrong')
  const unparsed = shareOf(counts, 'verifier/unparsed')
  const truncated = shareOf(counts, 'turns/truncated')
  return [
    {
      code: 'alarm.change-ratio',
      health: healthBelow({ value: change.value, surely: change.high }, alarms.changeRatioBelow),
      message: `low answer change ratio (model collapse): ${change.words} revisions of wrong attempts changed the answer`,
    },
    {
      code: 'alarm.unparsed',
      health: healthAbove({ value: unparsed.value, surely: unparsed.low }, alarms.unparsedAbove),
      message: `${unparsed.words} verdicts name no judgement; they earn nothing and end the rollout`,
    },
    {
      code: 'alarm.truncated',
      health: healthAbove({ value: truncated.value, surely: truncated.low }, alarms.truncatedAbove),
      message: `${truncated.words} turns were cut at ${sampling.maxCompletionTokens} tokens and count as wrong`,
    },
  ]
}

function policySigns(values: MetricValues, { alarms }: RunConfig): AlarmSign[] {
  const kl = values['policy/klK3'] ?? null
  const entropy = values['policy/entropy'] ?? null
  return [
    {
      code: 'alarm.kl',
      health: healthAbove({ value: kl }, alarms.klAbove),
      message: `the policy is far from the reference: KL ${kl?.toFixed(3)} nats per token`,
    },
    {
      code: 'alarm.entropy',
      health: healthBelow({ value: entropy }, alarms.entropyBelow),
      message: `sampling hardly varies any more: entropy ${entropy?.toFixed(3)} nats per token`,
    },
  ]
}

function lengthSigns({ values, firstLengths }: AlarmInput, { alarms }: RunConfig): AlarmSign[] {
  return (['attempt', 'verdict', 'revision'] as const).map((kind) => {
    const first = firstLengths?.[kind] ?? null
    const now = values[`length/${kind}`] ?? null
    const growth = first === null || now === null ? null : now / first
    return {
      code: `alarm.length.${kind}`,
      health: healthAbove({ value: growth }, alarms.lengthGrowthAbove),
      message: `${kind}s have grown from ${first?.toFixed(1)} to ${now?.toFixed(1)} tokens on average`,
    }
  })
}

const classLabels: Readonly<Record<ClassKey, string>> = {
  'verdict/correct': 'verdicts on correct attempts',
  'verdict/wrong': 'verdicts on wrong attempts',
  'revision/correct': 'revisions of correct attempts',
  'revision/wrong': 'revisions of wrong attempts',
}

const staleCodes: Readonly<Record<ClassKey, AlarmCode>> = {
  'verdict/correct': 'alarm.stale.verdict-correct',
  'verdict/wrong': 'alarm.stale.verdict-wrong',
  'revision/correct': 'alarm.stale.revision-correct',
  'revision/wrong': 'alarm.stale.revision-wrong',
}

/**
 * The share of correct turns in the last 20 steps against stage 1's, on which V of later turns rests; the
 * whole Wilson interval must be beyond. Mean r − V itself is no measure: V* lies above the mean reward by
 * construction, so it is negative from the first step on.
 */
function staleSigns({ recentTurns, referenceShares }: AlarmInput, config: RunConfig): AlarmSign[] {
  const rests = config.vStar.baseline === 'class-conditional' || config.vStar.baseline === 'global'
  if (isGroupMethod(config.method) || !rests) return []
  return classKeys.map((key) => {
    const then = referenceShares[key]
    const correct = recentTurns.reduce((sum, step) => sum + step[key].correct, 0)
    const seen = recentTurns.reduce((sum, step) => sum + step[key].seen, 0)
    const now = wilson(correct, seen)
    const apart =
      now.value === null || now.low === null || now.high === null || seen < fewestCases
        ? { value: null }
        : { value: Math.abs(now.value - then), surely: Math.max(now.low - then, then - now.high) }
    return {
      code: staleCodes[key],
      health: healthAbove(apart, config.alarms.staleVStarBeyond),
      message: `${percent(now.value)} of the ${classLabels[key]} are correct now, V* counts on ${percent(then)}: stage 1 no longer fits the policy`,
    }
  })
}

/** Methods that compare the rollouts of a problem learn nothing from a group whose rewards are all equal. */
function spreadSigns({ recentTurns }: AlarmInput, { method, alarms }: RunConfig): AlarmSign[] {
  if (!comparesRollouts(method)) return []
  const counted = recentTurns.flatMap(({ groups }) => groups ?? [])
  const groups = counted.reduce((sum, step) => sum + step.groups, 0)
  const without = counted.reduce((sum, step) => sum + step.withoutSpread, 0)
  const { value, low } = wilson(without, groups)
  return [
    {
      code: 'alarm.no-spread',
      health: groups < fewestCases ? null : healthAbove({ value, surely: low }, alarms.noSpreadAbove),
      message: `${without} of the last ${groups} groups of rollouts earned one and the same reward: such a problem teaches nothing`,
    },
  ]
}
