import type { VStarEstimate } from '../../shared/records.ts'
import type { Method, RunConfig } from '../../shared/config/parseConfig.ts'
import { isGroupMethod } from '../../shared/config/parseConfig.ts'
import { RecheckError } from '../../shared/recheckError.ts'
import type { Problem } from '../data/problem.ts'
import { roleOf } from '../rollout/rollout.ts'
import type { ScoredRollout, ScoredTurn, Verdict } from '../rollout/rollout.ts'
import { normaliseAdvantages } from './advantages.ts'
import type { RawAdvantage, RunningRoleStatistics } from './advantages.ts'
import { groupAdvantages } from './groupAdvantages.ts'
import type { GroupMethod } from './groupAdvantages.ts'
import { classKey, turnBaseline } from './turnBaseline.ts'
import type { ClassShares } from './turnBaseline.ts'
import type { VerdictWeights } from '../reward/turnReward.ts'

/** A scored turn with what the loss pulls towards. */
export interface AdvantagedTurn extends ScoredTurn {
  /** V of the turn; null for methods that compare rollouts with one another. */
  readonly turnBaseline: number | null
  /** reward (less β₂·ρ where the method has the KL there) − turnBaseline, not normalised; null without a baseline. */
  readonly rawAdvantage: number | null
  /** What the loss is fed. */
  readonly advantage: number
  /** ρ under the sampling policy: Σ over own tokens of ln π − ln π_ref; null without a reference. */
  readonly logRatio: number | null
}

export interface AdvantagedRollout {
  readonly problem: Problem
  readonly turns: readonly AdvantagedTurn[]
  readonly verdict: Verdict | null
}

export interface AdvantageSetup {
  readonly config: RunConfig
  /** Stage 1's counts by problem id; unused by methods that compare rollouts with one another. */
  readonly estimates: ReadonlyMap<string, VStarEstimate>
  readonly globalShares: ClassShares
  readonly runningShares: ClassShares
  readonly verdictWeights: VerdictWeights
  /** null = the step's own statistics only. */
  readonly roleStatistics: RunningRoleStatistics | null
}

/** ρ of every turn of every rollout, in order; null without a reference. */
export type LogRatios = readonly (readonly number[])[] | null

/**
 * The advantage of every turn. A*-PO and REINFORCE: reward − turnBaseline, then normalised per role over the step.
 * GRPO, Dr. GRPO, DAPO, RLOO: attempts against the other attempts at the same problem; verdicts and revisions, whose
 * contexts all differ, against the step's turns of the same kind after an attempt of the same class.
 *
 * REINFORCE and RLOO take the KL into the reward: r − β₂·ρ, ρ a constant.
 */
export function turnAdvantages(
  rollouts: readonly ScoredRollout[],
  logRatios: LogRatios,
  setup: AdvantageSetup,
): AdvantagedRollout[] {
  const { method } = setup.config
  const flat = rollouts.flatMap((rollout, row) =>
    rollout.turns.map((turn, index) => ({
      rollout,
      turn,
      isAttemptCorrect: rollout.turns[0].isCorrect,
      logRatio: logRatios?.[row][index] ?? null,
    })),
  )
  const valued = isGroupMethod(method) ? againstGroups(flat, setup) : againstBaselines(flat, setup)
  let next = 0
  return rollouts.map((rollout) => ({
    problem: rollout.problem,
    verdict: rollout.verdict,
    turns: rollout.turns.map(() => valued[next++]),
  }))
}

interface FlatTurn {
  readonly rollout: ScoredRollout
  readonly turn: ScoredTurn
  readonly isAttemptCorrect: boolean
  readonly logRatio: number | null
}

function againstBaselines(flat: readonly FlatTurn[], setup: AdvantageSetup): AdvantagedTurn[] {
  const { config } = setup
  const baselines = flat.map(({ rollout, turn, isAttemptCorrect }) =>
    turnBaseline(turn.kind, isAttemptCorrect, estimateOf(rollout.problem, setup.estimates), {
      ...setup,
      vStarBeta: config.vStar.beta,
      baseline: config.vStar.baseline,
      shrinkage: config.vStar.shrinkage,
      revisionBonus: config.revisionBonus,
    }),
  )
  const raw: RawAdvantage[] = flat.map((each, index) => ({
    role: roleOf(each.turn.kind),
    rawAdvantage: rewardWithKl(each, config) - baselines[index],
  }))
  const advantages = normaliseAdvantages(raw, config.normalise, setup.roleStatistics)
  return flat.map(({ turn, logRatio }, index) => ({
    ...turn,
    turnBaseline: baselines[index],
    rawAdvantage: raw[index].rawAdvantage,
    advantage: advantages[index],
    logRatio,
  }))
}

function againstGroups(flat: readonly FlatTurn[], setup: AdvantageSetup): AdvantagedTurn[] {
  const { config } = setup
  const groups = new Map<string, number[]>()
  flat.forEach(({ rollout, turn, isAttemptCorrect }, index) => {
    const key =
      turn.kind === 'attempt' ? `attempt ${rollout.problem.id}` : classKey(turn.kind, isAttemptCorrect)
    groups.set(key, [...(groups.get(key) ?? []), index])
  })
  const advantages = new Array<number>(flat.length).fill(0)
  for (const members of groups.values()) {
    const rewards = members.map((index) => rewardWithKl(flat[index], config))
    groupAdvantages(rewards, groupMethod(config.method)).forEach((advantage, member) => {
      advantages[members[member]] = advantage
    })
  }
  return flat.map(({ turn, logRatio }, index) => ({
    ...turn,
    turnBaseline: null,
    rawAdvantage: null,
    advantage: advantages[index],
    logRatio,
  }))
}

function groupMethod(method: Method): GroupMethod {
  if (method === 'a-star-po' || method === 'reinforce') {
    throw new RangeError(`groupMethod: ${method} does not compare rollouts with one another`)
  }
  return method
}

function rewardWithKl({ turn, logRatio }: FlatTurn, config: RunConfig): number {
  const hasKlInReward = config.method === 'reinforce' || config.method === 'rloo'
  return hasKlInReward && logRatio !== null ? turn.reward - config.policyBeta * logRatio : turn.reward
}

function estimateOf(problem: Problem, estimates: ReadonlyMap<string, VStarEstimate>): VStarEstimate {
  const estimate = estimates.get(problem.id)
  if (estimate !== undefined) return estimate
  throw new RecheckError(
    'vstar.incomplete',
    `the V* estimate has no entry for problem ${problem.id}. Resume stage 1 so that it covers every training problem.`,
  )
}
