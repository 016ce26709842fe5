import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { comparesRollouts } from '../../shared/config/parseConfig.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { countGroups } from '../rl/groupSpread.ts'
import type { LossSumName } from '../rl/losses/policyLoss.ts'
import { kindSum } from '../rl/losses/turnMasks.ts'
import type { RolloutWithAdvantages, TurnWithAdvantage } from '../rl/turnAdvantages.ts'
import { roleOf, tokensOf, turnKinds } from '../rollout/rollout.ts'
import type { Role, TurnKind } from '../rollout/rollout.ts'
import { countOutcomes, outcomeMetrics } from './evaluation/outcomeCounts.ts'
import type { MetricValues } from '../../shared/metrics/table.ts'
import type { UpdateStats } from './engine/trainer.ts'

/** One update with the rows it was made from. */
export interface Update {
  readonly stats: UpdateStats
  readonly rollouts: readonly RolloutWithAdvantages[]
}

export interface StepTimes {
  readonly rolloutMs: number
  readonly updateMs: number
}

/**
 * What was drawn and put aside because a method that compares rollouts learns nothing from it
 * (`resampleRounds`).
 */
export interface Discarded {
  readonly problems: number
  /** Generated for it. */
  readonly tokens: number
}

export const nothingDiscarded: Discarded = { problems: 0, tokens: 0 }

/**
 * Every metric of a training step, by registry name; null where a denominator is 0 or the method has no such
 * thing. Shares are of the rollouts that were learned from, tokens of all that were generated.
 */
export function stepMetrics(
  updates: readonly Update[],
  times: StepTimes,
  config: RunConfig,
  discarded: Discarded = nothingDiscarded,
): MetricValues {
  const rollouts = updates.flatMap((update) => update.rollouts)
  const turns = rollouts.flatMap((rollout) => rollout.turns)
  const tokens = tokensOf(turns) + discarded.tokens
  const problems = new Set(rollouts.map((rollout) => rollout.problem.id)).size
  return {
    ...outcomeMetrics(countOutcomes(rollouts)),
    ...turnMeans(rollouts),
    ...lossMetrics(updates, config),
    ...policyMetrics(updates, config),
    'group/withoutSpread': groupShare(rollouts, config),
    'group/discarded':
      config.resampleRounds === 0 ? null : ratio(discarded.problems, problems + discarded.problems),
    'update/gradientNorm': meanOf(updates.map(({ stats }) => stats.gradientNorm)),
    'update/learningRate': updates.at(-1)?.stats.learningRate ?? null,
    'tokens/generated': tokens,
    'tokens/perProblem': ratio(tokens, problems + discarded.problems),
    'speed/rollout': ratio(tokens * 1000, times.rolloutMs),
    'speed/update': ratio(updates.reduce((sum, { stats }) => sum + stats.tokens, 0) * 1000, times.updateMs),
    'time/rollout': times.rolloutMs,
    'time/update': times.updateMs,
  }
}

/** Means per kind (reward, length) and per kind and class (r − V). */
function turnMeans(rollouts: readonly RolloutWithAdvantages[]): MetricValues {
  const turnsOf = (kind: TurnKind, isAttemptCorrect?: boolean) =>
    rollouts
      .filter((rollout) => isAttemptCorrect === undefined || rollout.turns[0].isCorrect === isAttemptCorrect)
      .flatMap((rollout) => rollout.turns.filter((turn) => turn.kind === kind))
  const perKind = turnKinds.flatMap((kind) => [
    [`reward/${kind}`, meanOf(turnsOf(kind).map((turn) => turn.reward))] as const,
    [`length/${kind}`, meanOf(turnsOf(kind).map((turn) => turn.completionIds.length))] as const,
  ])
  return {
    ...Object.fromEntries(perKind),
    'reward/trajectory': meanOf(rollouts.map(({ turns }) => total(turns.map(({ reward }) => reward)))),
    'advantage/attempt': meanAdvantage(turnsOf('attempt')),
    'advantage/verdictAfterCorrect': meanAdvantage(turnsOf('verdict', true)),
    'advantage/verdictAfterWrong': meanAdvantage(turnsOf('verdict', false)),
    'advantage/revisionAfterCorrect': meanAdvantage(turnsOf('revision', true)),
    'advantage/revisionAfterWrong': meanAdvantage(turnsOf('revision', false)),
  }
}

function meanAdvantage(turns: readonly TurnWithAdvantage[]): number | null {
  return meanOf(turns.flatMap((turn) => (turn.rawAdvantage === null ? [] : [turn.rawAdvantage])))
}

/** Of methods that compare the rollouts of a problem; null with the others. */
function groupShare(rollouts: readonly RolloutWithAdvantages[], { method }: RunConfig): number | null {
  if (!comparesRollouts(method)) return null
  const { groups, withoutSpread } = countGroups(rollouts)
  return ratio(withoutSpread, groups)
}

/** The loss and its parts, as means over the step's updates. */
function lossMetrics(updates: readonly Update[], config: RunConfig): MetricValues {
  const part = (name: LossSumName): number => meanOf(updates.map(({ stats }) => stats.sums[name] ?? 0)) ?? 0
  const parts = turnKinds.map((kind) => part(kindSum('loss', kind)))
  const [attempt, verdict, revision] = parts
  const bonus = part('lossEntropyBonus')
  const total = attempt + verdict + revision + bonus
  const scale = config.method === 'a-star-po' && config.lossScale === 'unit' ? 2 * config.policyBeta : 1
  const minimised = (meanOf(updates.map(({ stats }) => stats.loss)) ?? 0) * scale
  const size = parts.reduce((sum, each) => sum + Math.abs(each), Math.abs(bonus))
  // terms of order 1 may cancel to nothing (a group's advantages do): their float32 rounding is then all
  // there is
  if (Math.abs(total - minimised) > Math.max(1e-3 * size, 1e-5)) {
    throw new RecheckError(
      'metrics.identity',
      `stepMetrics: expected the parts of the loss (${total}) to add up to it (${minimised}). This is a fault of the program: please report it.`,
    )
  }
  return {
    'loss/policy': total,
    'loss/attempt': attempt,
    'loss/verdict': verdict,
    'loss/revision': revision,
    'loss/solver': attempt + revision,
    'loss/verifier': verdict,
    'loss/entropyBonus': config.entropyBonus > 0 ? bonus : null,
  }
}

/** Distance from the reference and from the sampler, entropy and clipping: sums over tokens ÷ tokens. */
function policyMetrics(updates: readonly Update[], config: RunConfig): MetricValues {
  const turns = updates.flatMap(({ rollouts }) => rollouts.flatMap((rollout) => rollout.turns))
  const perToken = (name: LossSumName, among: readonly Update[] = updates): number | null => {
    const sums = among.flatMap(({ stats }) => (stats.sums[name] === undefined ? [] : [stats.sums[name]]))
    const tokens = tokensOf(among.flatMap(({ rollouts }) => rollouts.flatMap((rollout) => rollout.turns)))
    return sums.length === 0 ? null : ratio(total(sums), tokens)
  }
  const implicitReward = (role: Role): number | null => {
    const sums = turnKinds
      .filter((kind) => roleOf(kind) === role)
      .flatMap((kind) => updates.map(({ stats }) => stats.sums[kindSum('logRatio', kind)]))
    if (!sums.every((sum) => sum !== undefined)) return null
    return ratio(config.policyBeta * total(sums), turns.filter((turn) => roleOf(turn.kind) === role).length)
  }
  return {
    'policy/klK1': perToken('klK1'),
    'policy/klK3': perToken('klK3'),
    'policy/entropy': perToken('negLogProb'),
    // the first update alone still has the policy that sampled
    'policy/samplerGap': perToken('samplerGap', updates.slice(0, 1)),
    'policy/clipFraction': perToken('clipped'),
    'implicitReward/solver': implicitReward('solver'),
    'implicitReward/verifier': implicitReward('verifier'),
  }
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function meanOf(values: readonly number[]): number | null {
  return ratio(total(values), values.length)
}

/** 0/0 is undefined, not 0. */
function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
