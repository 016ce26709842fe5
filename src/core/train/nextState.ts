import type { BatchCursor } from '../data/problemBatches.ts'
import { updateRoleStatistics } from '../rl/advantages.ts'
import type { RolloutWithAdvantages } from '../rl/turnAdvantages.ts'
import { roleOf, tokensOf } from '../rollout/rollout.ts'
import type { MetricValues } from '../../shared/metrics/table.ts'
import { addRecentCounts, firstAttemptsAfter } from './recentCounts.ts'
import type { Discarded } from './stepMetrics.ts'
import { firstLengthsAfter, updateShares } from './trainState.ts'
import type { TrainState } from './trainState.ts'

/** What a finished step leaves for the state after it. */
export interface FinishedStep {
  /** After the step's problems. */
  readonly cursor: BatchCursor
  readonly rollouts: readonly RolloutWithAdvantages[]
  readonly values: MetricValues
  readonly discarded: Discarded
}

/** The state after a step, but for its alarms: those are judged by this state. */
export function nextState(state: TrainState, finished: FinishedStep): TrainState {
  const { cursor, rollouts, values, discarded } = finished
  const turns = rollouts.flatMap((rollout) => rollout.turns)
  const rawAdvantages = turns.flatMap(({ kind, rawAdvantage }) =>
    rawAdvantage === null ? [] : [{ role: roleOf(kind), rawAdvantage }],
  )
  return {
    ...state,
    ...updateShares(state, rollouts),
    step: state.step + 1,
    cursor,
    tokens: state.tokens + tokensOf(turns) + discarded.tokens,
    problems: state.problems + new Set(rollouts.map(({ problem }) => problem.id)).size + discarded.problems,
    roleStatistics: updateRoleStatistics(state.roleStatistics, rawAdvantages),
    firstLengths: firstLengthsAfter(state.firstLengths, values),
    firstAttempts: firstAttemptsAfter(state.firstAttempts, rollouts),
    recentTurns: addRecentCounts(state.recentTurns, rollouts),
  }
}
