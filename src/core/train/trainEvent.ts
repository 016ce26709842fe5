import type { Evaluation, Stage, StoredRollout, VStarEstimate } from '../../shared/records.ts'
import type { LogEvent } from '../../shared/runEvent.ts'
import type { MetricValues } from './evaluation/outcomeCounts.ts'
import type { TrainState } from './trainState.ts'

/** Where a stage is. Rate and time left are the host's to add: the core has no clock of its own. */
export interface StageProgress {
  readonly type: 'progress'
  /** For example `sampling attempts`, `evaluating`, `updating`. */
  readonly activity: string
  readonly done: number
  readonly total: number
  readonly unit: 'problems' | 'completions' | 'steps'
  /** It counts this stage itself; others come between its reports and are parts of it. The first says where it begins. */
  readonly stage?: Stage
}

/** `due`: every so many steps · `best`: best validation so far · `stopped`: asked to stop · `end`. */
export type CheckpointReason = 'due' | 'best' | 'stopped' | 'end'

/** An evaluation before it has an id and a time. */
export type EvaluationResult = Pick<Evaluation, 'step' | 'split' | 'samples' | 'problems' | 'proportions'>

/** What a stage yields: what happened. It calls nobody; while it is suspended, trainer and state stand still. */
export type TrainEvent =
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
  | { readonly type: 'vStar'; readonly estimates: readonly VStarEstimate[] }
  | { readonly type: 'evaluation'; readonly evaluation: EvaluationResult }
  | {
      /** Write trainer state and this state now, together: the run goes on from them as if it had never stopped. */
      readonly type: 'checkpoint'
      readonly reason: CheckpointReason
      readonly validation: number | null
      readonly state: TrainState
    }
  | LogEvent
