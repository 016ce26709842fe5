import type { RunConfig } from '../../shared/config.ts'
import type { TurnKind } from '../rollout/rollout.ts'
import type { MetricValues, OutcomeCounts } from './outcomeCounts.ts'
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
}

/** The alarms that a step gives reason for. Thresholds: `alarms` of the config. */
export function findAlarms({ values, counts, firstLengths }: AlarmInput, config: RunConfig): Alarm[] {
  const { alarms } = config
  if (!alarms.enabled) return []
  const shown = (name: string) => (values[name] ?? 0).toFixed(3)
  const isBelow = (name: string, bound: number, cases = fewestCases) => {
    const value = values[name] ?? null
    return cases >= fewestCases && value !== null && value < bound
  }
  const isAbove = (name: string, bound: number, cases = fewestCases) => {
    const value = values[name] ?? null
    return cases >= fewestCases && value !== null && value > bound
  }
  const found: (Alarm | false)[] = [
    isBelow('revision/changeRatio', alarms.changeRatioBelow, counts.revised) && {
      code: 'alarm.change-ratio',
      message: `low answer change ratio (model collapse): ${shown('revision/changeRatio')} of ${counts.revised} revisions changed the answer`,
      remedy:
        'Raise revisionBonus. If right answers alone are copied, the verdict is too strict: verdictReward=balanced.',
    },
    isBelow('verifier/wrongRecall', alarms.wrongRecallBelow, counts.verdictsOnWrong) && {
      code: 'alarm.always-correct',
      message: `the verdict is almost always “correct”: wrong recall ${shown('verifier/wrongRecall')} of ${counts.verdictsOnWrong}`,
      remedy: 'Set verdictReward=balanced, or lower the learning rate.',
    },
    isBelow('verifier/correctRecall', alarms.correctRecallBelow, counts.verdictsOnRight) && {
      code: 'alarm.always-wrong',
      message: `the verdict is almost always “wrong”: correct recall ${shown('verifier/correctRecall')} of ${counts.verdictsOnRight}`,
      remedy: 'Lower the learning rate or raise problemsPerStep, and go on from an earlier checkpoint.',
    },
    isAbove('verifier/unparsed', alarms.unparsedAbove, counts.verdicts) && {
      code: 'alarm.unparsed',
      message: `${shown('verifier/unparsed')} of the verdicts name no judgement; they earn nothing and end the rollout`,
      remedy: 'Fix the template’s check prompt before training, or give the verdict more tokens.',
    },
    isAbove('turns/truncated', alarms.truncatedAbove, counts.turns) && {
      code: 'alarm.truncated',
      message: `${shown('turns/truncated')} of the turns were cut at ${config.sampling.maxCompletionTokens} tokens and earned nothing`,
      remedy: 'Raise sampling.maxCompletionTokens (stage 1 has to run again).',
    },
    isAbove('policy/klK3', alarms.klAbove) && {
      code: 'alarm.kl',
      message: `the policy is far from the reference: KL ${shown('policy/klK3')} nats per token`,
      remedy: 'Raise policyBeta or lower the learning rate.',
    },
    isBelow('policy/entropy', alarms.entropyBelow) && {
      code: 'alarm.entropy',
      message: `sampling hardly varies any more: entropy ${shown('policy/entropy')} nats per token`,
      remedy: 'Stop here, or set an entropyBonus; more steps will not find new answers.',
    },
    ...lengthAlarms(values, firstLengths, config),
    ...staleAlarms(values, counts, config),
  ]
  return found.filter((alarm) => alarm !== false)
}

function lengthAlarms(
  values: MetricValues,
  firstLengths: AlarmInput['firstLengths'],
  config: RunConfig,
): (Alarm | false)[] {
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

/** Role and class, and how many turns the mean is over. */
function staleAlarms(values: MetricValues, counts: OutcomeCounts, config: RunConfig): (Alarm | false)[] {
  const bound = config.alarms.staleVStarBeyond
  const classes = [
    { name: 'verdictAfterCorrect', cases: counts.verdictsOnRight },
    { name: 'verdictAfterWrong', cases: counts.verdictsOnWrong },
    { name: 'revisionAfterCorrect', cases: counts.revisedRight },
    { name: 'revisionAfterWrong', cases: counts.revisedWrong },
  ]
  return classes.map(({ name, cases }) => {
    const value = values[`advantage/${name}`] ?? null
    if (value === null || cases < fewestCases || Math.abs(value) <= bound) return false
    return {
      code: `alarm.stale.${name}`,
      message: `mean r − V of ${name} is ${value.toFixed(2)}: the reference’s V* no longer fits the policy`,
      remedy: 'Harmless for a few steps; if it stays, set vStar.baseline=running-mean.',
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
