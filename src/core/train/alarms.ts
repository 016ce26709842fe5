import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { isGroupMethod } from '../../shared/config/parseConfig.ts'
import { wilson } from '../../shared/statistics.ts'
import { classKeys } from '../rl/turnBaseline.ts'
import type { ClassKey, ClassShares } from '../rl/turnBaseline.ts'
import type { ScoredRollout, TurnKind } from '../rollout/rollout.ts'
import type { MetricValues, OutcomeCounts } from './evaluation/outcomeCounts.ts'
import { outcomeShares } from './evaluation/outcomeCounts.ts'
import type { TrainEvent } from './trainEvent.ts'

/** A sign that a run goes wrong, in plain words, with what to do about it. */
export interface Alarm {
  readonly code: string
  readonly message: string
  readonly remedy: string
}

/** `bad`: beyond the threshold · `good`: clear of it by a tenth · null: between the two, or too few cases to say. */
type Health = 'bad' | 'good' | null
export type AlarmSign = Alarm & { readonly health: Health }

/** Fewer cases than this say nothing about a share. */
const fewestCases = 8
/** Part of a threshold by which a quantity must have come back before its alarm may pass. */
const margin = 0.1
/** Good steps, without a bad one among them, after which an alarm has passed. */
export const quietStepsToPass = 20

export interface AlarmInput {
  readonly values: MetricValues
  readonly counts: OutcomeCounts
  readonly firstLengths: Readonly<Record<TurnKind, number | null>> | null
  /** Later turns of the last steps, this one among them, and stage 1's shares of right ones. */
  readonly recentTurns: RecentTurns
  readonly referenceShares: ClassShares
}

/** What a step says of every alarm. Thresholds: `alarms` of the config. */
export function alarmSigns(input: AlarmInput, config: RunConfig): AlarmSign[] {
  if (!config.alarms.enabled) return []
  return [
    ...recallSigns(input.counts, config),
    ...shareSigns(input.counts, config),
    ...policySigns(input.values, config),
    ...lengthSigns(input, config),
    ...staleSigns(input, config),
  ]
}

interface Reading {
  readonly value: number | null
  /** What must lie beyond the threshold for the alarm: the value, or the end of its interval that lies nearer to health. */
  readonly surely?: number | null
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

function shareOf(counts: OutcomeCounts, name: string) {
  const [part, whole] = outcomeShares(counts)[name]
  const interval = wilson(part, whole)
  const words = `${part} of ${whole}`
  return whole < fewestCases ? { value: null, low: null, high: null, words } : { ...interval, words }
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
      remedy: 'Set verdictReward=balanced, or lower optimizer.learningRate.',
    },
    {
      code: 'alarm.always-wrong',
      health: healthBelow({ value: correct.value }, alarms.correctRecallBelow),
      message: `the verdict is almost always “wrong”: it called ${correct.words} right attempts correct`,
      remedy:
        'Go on from an earlier checkpoint with a lower optimizer.learningRate; a new run may raise problemsPerStep.',
    },
  ]
}

/** Thresholds that lie amid ordinary values must be passed by more than noise: by the whole Wilson interval. */
function shareSigns(counts: OutcomeCounts, { alarms, sampling }: RunConfig): AlarmSign[] {
  const change = shareOf(counts, 'revision/changeRatio')
  const unparsed = shareOf(counts, 'verifier/unparsed')
  const truncated = shareOf(counts, 'turns/truncated')
  return [
    {
      code: 'alarm.change-ratio',
      health: healthBelow({ value: change.value, surely: change.high }, alarms.changeRatioBelow),
      message: `low answer change ratio (model collapse): ${change.words} revisions changed the answer`,
      remedy:
        'Raise revisionBonus. If right answers alone are copied, the verdict is too strict: verdictReward=balanced.',
    },
    {
      code: 'alarm.unparsed',
      health: healthAbove({ value: unparsed.value, surely: unparsed.low }, alarms.unparsedAbove),
      message: `${unparsed.words} verdicts name no judgement; they earn nothing and end the rollout`,
      remedy:
        'Start a new run whose template asks more plainly for the closing sentence, or that gives turns more tokens (sampling.maxCompletionTokens).',
    },
    {
      code: 'alarm.truncated',
      health: healthAbove({ value: truncated.value, surely: truncated.low }, alarms.truncatedAbove),
      message: `${truncated.words} turns were cut at ${sampling.maxCompletionTokens} tokens and count as wrong`,
      remedy: 'Raise sampling.maxCompletionTokens in a new run; stage 1 has to run again.',
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
      remedy: 'Raise policyBeta or lower optimizer.learningRate.',
    },
    {
      code: 'alarm.entropy',
      health: healthBelow({ value: entropy }, alarms.entropyBelow),
      message: `sampling hardly varies any more: entropy ${entropy?.toFixed(3)} nats per token`,
      remedy: 'Stop here, or set an entropyBonus; more steps will not find new answers.',
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
      remedy: 'Look at the rollouts: repetition or stalling. Lower optimizer.learningRate.',
    }
  })
}

const classWords: Readonly<Record<ClassKey, string>> = {
  'verdict/correct': 'verdicts on right attempts',
  'verdict/wrong': 'verdicts on wrong attempts',
  'revision/correct': 'revisions of right attempts',
  'revision/wrong': 'revisions of wrong attempts',
}

/**
 * The share of right turns in the last `recentSteps` steps against stage 1's, on which V of later turns rests; the whole
 * Wilson interval must be beyond. Mean r − V itself is no measure: V* lies above the mean reward
 * by construction, so it is negative from the first step on.
 */
function staleSigns({ recentTurns, referenceShares }: AlarmInput, config: RunConfig): AlarmSign[] {
  const rests = config.vStar.baseline === 'class-conditional' || config.vStar.baseline === 'global'
  if (isGroupMethod(config.method) || !rests) return []
  return classKeys.map((key) => {
    const then = referenceShares[key]
    const right = recentTurns.reduce((sum, step) => sum + step[key].right, 0)
    const seen = recentTurns.reduce((sum, step) => sum + step[key].seen, 0)
    const now = wilson(right, seen)
    const apart =
      now.value === null || now.low === null || now.high === null || seen < fewestCases
        ? { value: null }
        : { value: Math.abs(now.value - then), surely: Math.max(now.low - then, then - now.high) }
    return {
      code: `alarm.stale.${key.replace('/', '-')}`,
      health: healthAbove(apart, config.alarms.staleVStarBeyond),
      message: `${(100 * (now.value ?? 0)).toFixed(0)} % of the ${classWords[key]} are right now, V* counts on ${(100 * then).toFixed(0)} %: stage 1 no longer fits the policy`,
      remedy: 'Harmless on fresh rollouts, but noisier: set vStar.baseline=running-mean.',
    }
  })
}

/** Later turns of one step by class of attempt. */
type ClassCounts = Readonly<Record<ClassKey, { readonly right: number; readonly seen: number }>>
/** Of the last `recentSteps` steps, oldest first. */
export type RecentTurns = readonly ClassCounts[]

const recentSteps = 20

/** With the step's own turns; what is older than `recentSteps` is forgotten. */
export function addRecentTurns(before: RecentTurns, rollouts: readonly ScoredRollout[]): RecentTurns {
  const counted = (kind: 'verdict' | 'revision', isAttemptCorrect: boolean) => {
    const turns = rollouts
      .filter((rollout) => rollout.turns[0].isCorrect === isAttemptCorrect)
      .flatMap((rollout) => rollout.turns.filter((turn) => turn.kind === kind))
    return { right: turns.filter((turn) => turn.isCorrect).length, seen: turns.length }
  }
  const step: ClassCounts = {
    'verdict/correct': counted('verdict', true),
    'verdict/wrong': counted('verdict', false),
    'revision/correct': counted('revision', true),
    'revision/wrong': counted('revision', false),
  }
  return [...before, step].slice(-recentSteps)
}

/** The alarms that are on, each with the good steps since the last bad one. */
export type ActiveAlarms = Readonly<Record<string, number>>

/**
 * One condition is one alarm while it lasts: the first bad step raises it, and it has passed after `quietStepsToPass`
 * good steps without a bad one among them.
 */
export function alarmEvents(
  signs: readonly AlarmSign[],
  before: ActiveAlarms,
  step: number,
): { readonly events: readonly TrainEvent[]; readonly active: ActiveAlarms } {
  const active: Record<string, number> = {}
  const events: TrainEvent[] = []
  for (const { health, ...alarm } of signs) {
    const quietBefore = before[alarm.code]
    if (health === 'bad' && quietBefore === undefined) {
      events.push({ type: 'log', level: 'warning', ...alarm, step, key: `${alarm.code}@${step}` })
    }
    if (health !== 'bad' && quietBefore === undefined) continue
    const quiet = health === 'bad' ? 0 : (quietBefore ?? 0) + (health === 'good' ? 1 : 0)
    if (quiet < quietStepsToPass) active[alarm.code] = quiet
  }
  return { active, events }
}
