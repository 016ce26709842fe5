import type { MetricValues } from '../metrics/table.ts'
import type {
  CheckpointRecord,
  Evaluation,
  EventLevel,
  Run,
  RunStatus,
  Stage,
  StoredRollout,
  VStarArtifact,
  VStarEstimate,
} from './records.ts'
import type { KeptSamples } from './vStarSamples.ts'

/** How far a stage is. A run of both begins with stage 1, and counts its problems there. */
export interface StageCount {
  readonly name: Stage
  readonly done: number
  /** 0 = not known yet. */
  readonly total: number
  /** What the stage counts: `problems`, `steps`, `tokens`. */
  readonly unit: string
  /** null = not known yet. */
  readonly secondsLeft: number | null
}

/** Where a job is, for a bar with a rate and a time left. */
export interface Progress {
  /** For example `sampling attempts`, `rolling out`, `updating`, `evaluating`, `writing checkpoint`. */
  readonly activity: string
  readonly done: number
  readonly total: number
  /** What is counted: `problems`, `completions`, `steps`, `tokens`. */
  readonly unit: string
  readonly ratePerSecond: number | null
  readonly secondsLeft: number | null
  /** The stage that the activity is a part of; left out: it is no part of one. */
  readonly stage?: StageCount
}

/** An entry of the run's log. */
export interface LogEvent {
  readonly type: 'log'
  readonly level: EventLevel
  readonly code: string
  readonly message: string
  readonly remedy: string | null
  /** Said once a run: a step computed again does not repeat it. */
  readonly key?: string
  /** The training step it speaks of. */
  readonly step?: number
}

/** Everything a job can report. The owner writes it to the store first, then passes it on. */
export type RunEvent =
  | { readonly type: 'status'; readonly status: RunStatus; readonly error: Run['error'] }
  | { readonly type: 'device'; readonly device: string }
  | { readonly type: 'progress'; readonly progress: Progress }
  | {
      readonly type: 'metrics'
      /** Number of the step or evaluation, from 0. */
      readonly step: number
      /** Steps that are over when this is stored; of stage 1, problems estimated. */
      readonly stepsDone: number
      readonly timeMs: number
      readonly tokens: number
      readonly problems: number
      /** By registry name; null = undefined here (0/0), which is stored as absent. */
      readonly values: MetricValues
    }
  | { readonly type: 'rollouts'; readonly rollouts: readonly StoredRollout[] }
  /** Declares the artifact before its first estimate, and again when it is complete. */
  | { readonly type: 'vStarArtifact'; readonly artifact: VStarArtifact }
  | {
      readonly type: 'vStar'
      readonly estimates: readonly VStarEstimate[]
      /** Of each estimate's problem among all that are estimated, from 0; left out: after those stored. */
      readonly places?: readonly number[]
      /** What was written for some of them or for all; left out: for none. */
      readonly samples?: readonly KeptSamples[]
    }
  | { readonly type: 'evaluation'; readonly evaluation: Evaluation }
  | { readonly type: 'checkpoint'; readonly checkpoint: CheckpointRecord }
  | LogEvent

/**
 * What a trainer process sends its owner: numbered, so that a batch is stored once. Within 200 ms of what
 * happened.
 */
export interface EventBatch {
  readonly runId: string
  readonly sequence: number
  readonly events: readonly RunEvent[]
}
