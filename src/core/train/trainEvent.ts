import type { Evaluation, Stage, StoredRollout, VStarEstimate } from '../../shared/runs/records.ts'
import type { LogEvent } from '../../shared/runs/runEvent.ts'
import type { KeptSamples } from '../../shared/runs/vStarSamples.ts'
import type { MetricValues } from '../../shared/metrics/table.ts'
import type { TrainState } from './trainState.ts'

/** Where a stage is. Rate and time left are the host's to add: the core has no clock of its own. */
export interface StageProgress {
  readonly type: 'progress'
  /** For people, for example `sampling attempts`, `evaluating`, `updating`: nothing is decided by it. */
  readonly activity: string
  readonly done: number
  readonly total: number
  readonly unit: 'problems' | 'completions' | 'steps' | 'tokens' | 'layers'
  /**
   * Set when the event counts the stage's own progress (problems or steps); absent on sub-activities such as
   * sampling.
   */
  readonly stage?: Stage
}

/**
 * `first`: before the first update of a run with long steps · `due`: every so many steps · `best`: best
 * validation so far · `stopped`: asked to stop · `end`.
 */
export type CheckpointReason = 'first' | 'due' | 'best' | 'stopped' | 'end'

/** An evaluation before it has an id and a time. */
export type EvaluationResult = Pick<Evaluation, 'step' | 'split' | 'samples' | 'problems' | 'proportions'>

/** What happened in a stage, for the store and for people. */
export type ReportedEvent =
  | StageProgress
  | {
      readonly type: 'metrics'
      readonly step: number
      /** Steps that are over when this is stored; of stage 1, problems estimated. */
      readonly stepsDone: number
      /** Completion tokens sampled for training, and problems rolled out, since the run began. */
      readonly tokens: number
      readonly problems: number
      readonly values: MetricValues
    }
  | { readonly type: 'rollouts'; readonly rollouts: readonly StoredRollout[] }
  | {
      readonly type: 'vStar'
      readonly estimates: readonly VStarEstimate[]
      /** Of each estimate's problem among all that are estimated, from 0. */
      readonly places: readonly number[]
      /** What was written for each of them. */
      readonly samples: readonly KeptSamples[]
    }
  | { readonly type: 'evaluation'; readonly evaluation: EvaluationResult }
  | LogEvent

/**
 * Write trainer state and this state now, together: a run resumed from them equals one that never stopped.
 */
export interface CheckpointEvent {
  readonly type: 'checkpoint'
  readonly reason: CheckpointReason
  readonly validation: number | null
  readonly state: TrainState
}

/** What stage 2 yields. It calls nobody; while it is suspended, trainer and state stand still. */
export type TrainEvent =
  | ReportedEvent
  | { readonly type: 'stepBegins'; readonly step: number }
  /**
   * The last event of a step: all of it has been reported, and nothing is in hand until the next event is
   * asked for.
   */
  | { readonly type: 'stepEnds'; readonly step: number }
  | CheckpointEvent

/** What stage 1 yields. */
export type VStarEvent =
  | ReportedEvent
  /** The last event of the problems that were sampled together: all of them have been reported. */
  | { readonly type: 'chunkEnds' }
