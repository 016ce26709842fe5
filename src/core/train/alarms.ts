import type { RunConfig } from '../../shared/config.ts'
import { needsVStar } from '../../shared/config.ts'
import { wilson } from '../../shared/statistics.ts'
import { classKeys } from '../rl/turnBaseline.ts'
import type { ClassKey, ClassShares } from '../rl/turnBaseline.ts'
import type { TurnKind } from '../rollout/rollout.ts'
import type { MetricValues, OutcomeCounts } from './outcomeCounts.ts'
import { outcomeShares } from './outcomeCounts.ts'
import type { TrainEvent } from './trainEvent.ts'

/** A sign that a run goes wrong, in plain words, with what to do about it. */
export interface Alarm {
  readonly code: string
  readonly message: string
  readonly remedy: string
}

/** Fewer cases than this say nothing about a share. */
const fewestCases = 8

export interface AlarmInput {
  readonly values: MetricValues
  readonly counts: OutcomeCounts
  readonly firstLengths: Readonly<Record<TurnKind, number | null>> | null
  /** Shares of right turns per class: the policy's moving ones, and stage 1's. */
  readonly runningShares: ClassShares
  readonly referenceShares: ClassShares
}

/** The alarms that a step gives reason for. Thresholds: `alarms` of the config. */
export function findAlarms(input: AlarmInput, config: RunConfig): Alarm[] {
  if (!config.alarms.enabled) return []
  return [
    ...shareAlarms(input.counts, config),
    ...policyAlarms(input.values, config),
    ...lengthAlarms(input, config),
    ...staleAlarms(input, config),
  ].filter((alarm) => alarm !== false)
}

type MaybeAlarm = Alarm | false

/**
 * Shares. The two recalls are compared as they are, because zero of few is all there is to see; the others, whose
 * thresholds lie amid ordinary values, must be beyond them by more than noise (the whole Wilson interval).
 */
function shareAlarms(counts: OutcomeCounts, config: RunConfig): MaybeAlarm[] {
  const { alarms, sampling } = config
  const share = (name: string) => {
    const [part, whole] = outcomeShares(counts)[name]
    return { ...wilson(part, whole), isCounted: whole >= fewestCases, words: `${part} of ${whole}` }
  }
  const change = share('revision/changeRatio')
  const wrongRecall = share('verifier/wrongRecall')
  const correctRecall = share('verifier/correctRecall')
  const unparsed = share('verifier/unparsed')
  const truncated = share('turns/truncated')
  return [
    change.isCounted &&
      (change.high ?? 1) < alarms.changeRatioBelow && {
        code: 'alarm.change-ratio',
        message: `low answer change ratio (model collapse): ${change.words} revisions changed the answer`,
        remedy:
          'Raise revisionBonus. If right answers alone are copied, the verdict is too strict: verdictReward=balanced.',
      },
    wrongRecall.isCounted &&
      (wrongRecall.value ?? 1) < alarms.wrongRecallBelow && {
        code: 'alarm.always-correct',
        message: `the verdict is almost always “correct”: it called ${wrongRecall.words} wrong attempts wrong`,
        remedy: 'Set verdictReward=balanced, or lower the learning rate.',
      },
    correctRecall.isCounted &&
      (correctRecall.value ?? 1) < alarms.correctRecallBelow && {
        code: 'alarm.always-wrong',
        message: `the verdict is almost always “wrong”: it called ${correctRecall.words} right attempts correct`,
        remedy: 'Lower the learning rate or raise problemsPerStep, and go on from an earlier checkpoint.',
      },
    unparsed.isCounted &&
      (unparsed.low ?? 0) > alarms.unparsedAbove && {
        code: 'alarm.unparsed',
        message: `${unparsed.words} verdicts name no judgement; they earn nothing and end the rollout`,
        remedy: 'Fix the template’s check prompt before training, or give the verdict more tokens.',
      },
    truncated.isCounted &&
      (truncated.low ?? 0) > alarms.truncatedAbove && {
        code: 'alarm.truncated',
        message: `${truncated.words} turns were cut at ${sampling.maxCompletionTokens} tokens and earned nothing`,
        remedy: 'Raise sampling.maxCompletionTokens (stage 1 has to run again).',
      },
  ]
}

function policyAlarms(values: MetricValues, { alarms }: RunConfig): MaybeAlarm[] {
  const kl = values['policy/klK3'] ?? null
  const entropy = values['policy/entropy'] ?? null
  return [
    kl !== null &&
      kl > alarms.klAbove && {
        code: 'alarm.kl',
        message: `the policy is far from the reference: KL ${kl.toFixed(3)} nats per token`,
        remedy: 'Raise policyBeta or lower the learning rate.',
      },
    entropy !== null &&
      entropy < alarms.entropyBelow && {
        code: 'alarm.entropy',
        message: `sampling hardly varies any more: entropy ${entropy.toFixed(3)} nats per token`,
        remedy: 'Stop here, or set an entropyBonus; more steps will not find new answers.',
      },
  ]
}

function lengthAlarms({ values, firstLengths }: AlarmInput, config: RunConfig): MaybeAlarm[] {
  return (['attempt', 'verdict', 'revision'] as const).map((kind) => {
    const first = firstLengths?.[kind] ?? null
    const now = values[`length/${kind}`] ?? null
    if (first === null || now === null || now <= first * config.alarms.lengthGrowthAbove) return false
    return {
      code: `alarm.length.${kind}`,
      message: `${kind}s have grown from ${first.toFixed(1)} to ${now.toFixed(1)} tokens on average`,
      remedy: 'Look at the rollouts: repetition or stalling. Lower the learning rate.',
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
 * The policy's moving shares against stage 1's, on which V of later turns rests. Mean r − V itself is no measure: V*
 * lies above the mean reward by construction, so it is negative from the first step on.
 */
function staleAlarms({ runningShares, referenceShares }: AlarmInput, config: RunConfig): MaybeAlarm[] {
  const rests = config.vStar.baseline === 'class-conditional' || config.vStar.baseline === 'global'
  if (!needsVStar(config) || !rests) return []
  return classKeys.map((key) => {
    const [now, then] = [runningShares[key], referenceShares[key]]
    if (Math.abs(now - then) <= config.alarms.staleVStarBeyond) return false
    return {
      code: `alarm.stale.${key.replace('/', '-')}`,
      message: `${(100 * now).toFixed(0)} % of the ${classWords[key]} are right now, ${(100 * then).toFixed(0)} % were in stage 1: V* no longer fits the policy`,
      remedy:
        'Harmless on fresh rollouts, but noisier: set vStar.baseline=running-mean, or run stage 1 again from here.',
    }
  })
}

/** Events for alarms that were not active before, and the alarms active now: each is raised once until it has passed. */
export function alarmEvents(
  found: readonly Alarm[],
  activeBefore: readonly string[],
): { readonly events: readonly TrainEvent[]; readonly active: readonly string[] } {
  return {
    active: found.map((alarm) => alarm.code),
    events: found
      .filter((alarm) => !activeBefore.includes(alarm.code))
      .map((alarm) => ({ type: 'log', level: 'warning', ...alarm })),
  }
}
