import type { Role } from '../rollout/rollout.ts'

/**
 * `none` (N0): as they are · `scale` (N1): ÷ σ of the role · `whiten` (N2): (A − μ) ÷ σ, as PAG's
 * RoleAdvNorm.
 */
export type Normalisation = 'none' | 'scale' | 'whiten'

export interface RoleStatistics {
  readonly mean: number
  /** Unbiased (n − 1). */
  readonly variance: number
}

/** Moving averages of each role's statistics; null until the role has been seen with two turns. */
export type RunningRoleStatistics = Readonly<Record<Role, RoleStatistics | null>>

export const noRoleStatistics: RunningRoleStatistics = { solver: null, verifier: null }

export interface RawAdvantage {
  readonly role: Role
  /** reward − turnBaseline, in units of reward */
  readonly rawAdvantage: number
}

/** Smallest σ divided by, so that a role with little spread is not blown up. */
const deviationFloor = 0.1
/** A role with fewer turns uses the moving average where there is one. */
const fewTurns = 32
const decay = 0.9

/**
 * Advantages normalised per role over all turns of a step; σ and μ over turns, without gradient. A role with
 * fewer than two turns or without any spread keeps its raw advantages.
 *
 * Regressing β₂ρ to A/σ is the KL-regularised optimum at β₂·σ, per role: `scale` and `whiten` change the
 * fixed point.
 *
 * @param running moving averages; null = the step's own statistics only
 */
export function normaliseAdvantages(
  turns: readonly RawAdvantage[],
  normalisation: Normalisation,
  running: RunningRoleStatistics | null,
): number[] {
  if (normalisation === 'none') return turns.map((turn) => turn.rawAdvantage)
  const statistics = {
    solver: chooseStatistics(turns, 'solver', running),
    verifier: chooseStatistics(turns, 'verifier', running),
  }
  return turns.map(({ role, rawAdvantage }) => {
    const chosen = statistics[role]
    if (chosen === null) return rawAdvantage
    const deviation = Math.max(Math.sqrt(chosen.variance), deviationFloor)
    return (rawAdvantage - (normalisation === 'whiten' ? chosen.mean : 0)) / deviation
  })
}

function chooseStatistics(
  turns: readonly RawAdvantage[],
  role: Role,
  running: RunningRoleStatistics | null,
): RoleStatistics | null {
  const own = turns.filter((turn) => turn.role === role)
  const moving = running?.[role] ?? null
  const statistics = moving !== null && own.length < fewTurns ? moving : statisticsOf(own)
  return statistics === null || statistics.variance < 1e-12 ? null : statistics
}

/** Mean and unbiased variance; null for fewer than two turns. */
function statisticsOf(turns: readonly RawAdvantage[]): RoleStatistics | null {
  if (turns.length < 2) return null
  const mean = turns.reduce((sum, turn) => sum + turn.rawAdvantage, 0) / turns.length
  const squares = turns.reduce((sum, turn) => sum + (turn.rawAdvantage - mean) ** 2, 0)
  return { mean, variance: squares / (turns.length - 1) }
}

/** The moving averages after a step: 0.9 of the old, 0.1 of the step's; the first step starts them. */
export function updateRoleStatistics(
  running: RunningRoleStatistics,
  turns: readonly RawAdvantage[],
): RunningRoleStatistics {
  const next = (role: Role): RoleStatistics | null => {
    const before = running[role]
    const now = statisticsOf(turns.filter((turn) => turn.role === role))
    if (now === null) return before
    if (before === null) return now
    return {
      mean: decay * before.mean + (1 - decay) * now.mean,
      variance: decay * before.variance + (1 - decay) * now.variance,
    }
  }
  return { solver: next('solver'), verifier: next('verifier') }
}
