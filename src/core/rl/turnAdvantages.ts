import type { VStarEstimate } from '../../shared/runs/records.ts'
import { needsVStar, type RunConfig } from '../../shared/config/parseConfig.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { Problem } from '../data/problem.ts'
import { roleOf } from '../rollout/rollout.ts'
import type { PackedRollout } from '../rollout/packedRow.ts'
import type { ScoredTurn } from '../rollout/rollout.ts'
import { normaliseAdvantages } from './advantages.ts'
import type { RawAdvantage, RunningRoleStatistics } from './advantages.ts'
import { groupAdvantages } from './groupAdvantages.ts'
import type { GroupMethod } from './groupAdvantages.ts'
import { turnLogRatios } from './kl.ts'
import { classKey, revisedStates, turnBaseline } from './turnBaseline.ts'
import type { ClassShares } from './turnBaseline.ts'
import type { RewardSettings } from '../reward/turnReward.ts'

/** A scored turn with what the loss pulls towards. */
export interface TurnWithAdvantage extends ScoredTurn {
  /** V of the turn; null for methods that compare rollouts with one another. */
  readonly turnBaseline: number | null
  /**
   * reward (less β₂·ρ where the method has the KL there) − turnBaseline, not normalised; null without a
   * baseline.
   */
  readonly rawAdvantage: number | null
  /** What the loss is fed. */
  readonly advantage: number
  /** ρ under the sampling policy: Σ over own tokens of ln π − ln π_ref; null without a reference. */
  readonly logRatio: number | null
}

export interface RolloutWithAdvantages extends PackedRollout {
  readonly turns: readonly TurnWithAdvantage[]
}

export interface AdvantageSetup {
  readonly config: RunConfig
  /** The step's own: a verdict's baseline is V* of what it can earn. */
  readonly rewards: RewardSettings
  /** Stage 1's counts by problem id; unused by methods that compare rollouts with one another. */
  readonly estimates: ReadonlyMap<string, VStarEstimate>
  readonly globalShares: ClassShares
  readonly runningShares: ClassShares
  /** Moving average of correct attempts. */
  readonly correctShare: number
  /** β₂ of attempts where the KL is in the reward: another one in SCoRe's first stage. */
  readonly attemptBeta: number
  /** null = the step's own statistics only. */
  readonly roleStatistics: RunningRoleStatistics | null
}

/**
 * The advantage of every turn. A*-PO and REINFORCE: reward − turnBaseline, then normalised per role over the
 * step. GRPO, Dr. GRPO, DAPO, RLOO: attempts against the other attempts at the same problem; verdicts and
 * revisions, whose contexts all differ, against the step's turns of the same kind after an attempt of the
 * same class. Rejection sampling: 1 for a correct turn, which is imitated, and 0 for any other.
 *
 * REINFORCE and RLOO take the KL into the reward: r − β₂·ρ, ρ a constant.
 *
 * @param rollouts all of a step: statistics and groups span them
 * @returns the same rollouts in the same order
 */
export function turnAdvantages(
  rollouts: readonly PackedRollout[],
  setup: AdvantageSetup,
): RolloutWithAdvantages[] {
  const turns = rollouts.flatMap(turnsInPlace)
  const withAdvantages = advantagesOf(turns, setup)
  let start = 0
  return rollouts.map((rollout) => {
    const end = start + rollout.turns.length
    const own = withAdvantages.slice(start, end)
    start = end
    return { ...rollout, turns: own }
  })
}

function advantagesOf(turns: readonly TurnInPlace[], setup: AdvantageSetup): TurnWithAdvantage[] {
  switch (setup.config.method) {
    case 'a-star-po':
    case 'reinforce':
      return againstBaselines(turns, setup)
    case 'rejection-sampling':
      return turns.map((each) => withoutBaseline(each, each.turn.isCorrect ? 1 : 0))
    default:
      return againstGroups(turns, setup, setup.config.method)
  }
}

/** A turn with what its advantage depends on besides. */
interface TurnInPlace {
  readonly problem: Problem
  readonly isAttemptCorrect: boolean
  readonly turn: ScoredTurn
  readonly logRatio: number | null
}

function turnsInPlace(rollout: PackedRollout): TurnInPlace[] {
  const logRatios = turnLogRatios(rollout)
  return rollout.turns.map((turn, index) => ({
    problem: rollout.problem,
    isAttemptCorrect: rollout.turns[0].isCorrect,
    turn,
    logRatio: logRatios?.[index] ?? null,
  }))
}

/** @returns one a turn, in the order of `turns` */
function againstBaselines(turns: readonly TurnInPlace[], setup: AdvantageSetup): TurnWithAdvantage[] {
  const { config, rewards, globalShares, runningShares } = setup
  const baselines = turns.map(({ problem, turn, isAttemptCorrect }) =>
    turnBaseline(
      turn.kind,
      isAttemptCorrect,
      needsVStar(config) ? estimateOf(problem, setup.estimates) : null,
      {
        ...rewards,
        globalShares,
        runningShares,
        correctShare: setup.correctShare,
        vStarBeta: config.vStar.beta,
        attemptBaseline: config.vStar.attemptBaseline,
        baseline: config.vStar.baseline,
        shrinkage: config.vStar.shrinkage,
        revisedStates: revisedStates(config.turns),
      },
    ),
  )
  const raw: RawAdvantage[] = turns.map((each, index) => ({
    role: roleOf(each.turn.kind),
    rawAdvantage: rewardWithKl(each, setup) - baselines[index],
  }))
  const advantages = normaliseAdvantages(raw, config.normalise, setup.roleStatistics)
  return turns.map(({ turn, logRatio }, index) => ({
    ...turn,
    turnBaseline: baselines[index],
    rawAdvantage: raw[index].rawAdvantage,
    advantage: advantages[index],
    logRatio,
  }))
}

/** @returns one a turn, in the order of `turns` */
function againstGroups(
  turns: readonly TurnInPlace[],
  setup: AdvantageSetup,
  method: GroupMethod,
): TurnWithAdvantage[] {
  const groups = new Map<string, number[]>()
  turns.forEach(({ problem, turn, isAttemptCorrect }, index) => {
    const key = turn.kind === 'attempt' ? `attempt ${problem.id}` : classKey(turn.kind, isAttemptCorrect)
    groups.set(key, [...(groups.get(key) ?? []), index])
  })
  const advantages = new Array<number>(turns.length).fill(0)
  for (const members of groups.values()) {
    const rewards = members.map((index) => rewardWithKl(turns[index], setup))
    groupAdvantages(rewards, method).forEach((advantage, member) => {
      advantages[members[member]] = advantage
    })
  }
  return turns.map((each, index) => withoutBaseline(each, advantages[index]))
}

function withoutBaseline({ turn, logRatio }: TurnInPlace, advantage: number): TurnWithAdvantage {
  return { ...turn, turnBaseline: null, rawAdvantage: null, advantage, logRatio }
}

function rewardWithKl({ turn, logRatio }: TurnInPlace, { config, attemptBeta }: AdvantageSetup): number {
  const hasKlInReward = config.method === 'reinforce' || config.method === 'rloo'
  const beta = turn.kind === 'attempt' ? attemptBeta : config.policyBeta
  return hasKlInReward && logRatio !== null ? turn.reward - beta * logRatio : turn.reward
}

function estimateOf(problem: Problem, estimates: ReadonlyMap<string, VStarEstimate>): VStarEstimate {
  const estimate = estimates.get(problem.id)
  if (estimate !== undefined) return estimate
  throw new RecheckError(
    'vstar.incomplete',
    `the V* estimate has no entry for problem ${problem.id}. Resume stage 1 so that it covers every training problem.`,
  )
}
