import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { BatchCursor } from '../data/problemBatches.ts'
import { noRoleStatistics } from '../rl/advantages.ts'
import type { RunningRoleStatistics } from '../rl/advantages.ts'
import { classKey, classKeys } from '../rl/turnBaseline.ts'
import type { ClassKey, ClassShares, Tally } from '../rl/turnBaseline.ts'
import type { ScoredRollout, TurnKind } from '../rollout/rollout.ts'
import { readActiveAlarms, type ActiveAlarms, type StoredAlarms } from './alarms/alarmEvents.ts'
import type { MetricValues } from '../../shared/metrics/table.ts'
import { readRecentCounts, type RecentCounts, type StoredRecentCounts } from './recentCounts.ts'

/**
 * All of stage 2 that is not in the trainer: plain JSON, stored beside the trainer's state. Random streams
 * need no entry: every draw is forked from the seed, the step and the problem.
 */
export interface TrainState {
  /** Steps done. */
  readonly step: number
  readonly cursor: BatchCursor
  /** Completion tokens sampled and problems rolled out in training so far. */
  readonly tokens: number
  readonly problems: number
  readonly roleStatistics: RunningRoleStatistics
  /** Moving averages of correct turns per kind and class, and of correct attempts. */
  readonly runningShares: ClassShares
  readonly correctShare: number
  /**
   * Mean length of each kind at the first step that had it, for the alarm on growth; null before the first
   * step.
   */
  readonly firstLengths: Readonly<Record<TurnKind, number | null>> | null
  /** Correct attempts of stage 1, of the first steps where it has few or there is none: for the alarm on a fall. */
  readonly firstAttempts: Tally
  readonly activeAlarms: ActiveAlarms
  /** For the alarms on a stale V*, on groups without spread, and on a fall. */
  readonly recentTurns: RecentCounts
  /** The step that was last evaluated, −1 for none: an evaluation is not repeated after a resume. */
  readonly evaluatedStep: number
  /** Best Acc@final on the validation split so far. */
  readonly bestValidation: number | null
}

/** A state as a checkpoint holds it, whichever version wrote it. */
export function readTrainState(stored: unknown): TrainState {
  const state = stored as Omit<TrainState, 'firstAttempts' | 'activeAlarms' | 'recentTurns'> & {
    /** Absent in a state that was stored before attempts were counted: counted from there on. */
    readonly firstAttempts?: Tally
    readonly activeAlarms: StoredAlarms
    readonly recentTurns?: StoredRecentCounts
  }
  return {
    ...state,
    firstAttempts: state.firstAttempts ?? { correct: 0, count: 0 },
    activeAlarms: readActiveAlarms(state.activeAlarms),
    recentTurns: readRecentCounts(state.recentTurns ?? []),
  }
}

/** Weight of a step in the moving shares. */
const newShare = 0.1

/** @param reference what stage 1 says of the reference: where the moving shares start */
export function initialTrainState(reference: {
  readonly shares: ClassShares
  readonly correctShare: number
  /** None without a stage 1, or where problems were chosen by what it gave. */
  readonly attempts: Tally
}): TrainState {
  return {
    step: 0,
    cursor: { epoch: 0, taken: 0 },
    tokens: 0,
    problems: 0,
    roleStatistics: noRoleStatistics,
    runningShares: reference.shares,
    correctShare: reference.correctShare,
    firstLengths: null,
    firstAttempts: reference.attempts,
    activeAlarms: {},
    recentTurns: [],
    evaluatedStep: -1,
    bestValidation: null,
  }
}

/** A kind that did not occur at first is measured from the step at which it does. */
export function firstLengthsAfter(
  before: TrainState['firstLengths'],
  values: MetricValues,
): NonNullable<TrainState['firstLengths']> {
  const first = (kind: TurnKind) => before?.[kind] ?? values[`length/${kind}`] ?? null
  return { attempt: first('attempt'), verdict: first('verdict'), revision: first('revision') }
}

/** The moving shares after a step: a class that did not occur keeps its own. */
export function updateShares(
  before: Pick<TrainState, 'runningShares' | 'correctShare'>,
  rollouts: readonly ScoredRollout[],
): Pick<TrainState, 'runningShares' | 'correctShare'> {
  const outcomes = new Map<ClassKey, boolean[]>(classKeys.map((key) => [key, []]))
  for (const { turns } of rollouts) {
    for (const turn of turns) {
      if (turn.kind !== 'attempt') outcomes.get(classKey(turn.kind, turns[0].isCorrect))?.push(turn.isCorrect)
    }
  }
  const moved = (old: number, seen: readonly boolean[]): number =>
    seen.length === 0 ? old : (1 - newShare) * old + newShare * (seen.filter(Boolean).length / seen.length)
  const shareOf = (key: ClassKey) => moved(before.runningShares[key], outcomes.get(key) ?? [])
  return {
    runningShares: {
      'verdict/correct': shareOf('verdict/correct'),
      'verdict/wrong': shareOf('verdict/wrong'),
      'revision/correct': shareOf('revision/correct'),
      'revision/wrong': shareOf('revision/wrong'),
    },
    correctShare: moved(
      before.correctShare,
      rollouts.map(({ turns }) => turns[0].isCorrect),
    ),
  }
}

/**
 * `checkpointEvery: auto` in steps: a small model every 10, one whose state takes gigabytes every 50 or 100.
 *
 * @param stateBytes parameters and both moments
 */
export function checkpointSteps(config: RunConfig, stateBytes: number): number {
  if (config.checkpointEvery !== 'auto') return config.checkpointEvery
  if (stateBytes < 100e6) return 10
  return stateBytes < 4e9 ? 50 : 100
}
