import type { ErrorData } from './recheckError.ts'
import type {
  CheckpointRecord,
  Evaluation,
  EventLevel,
  RunStatus,
  StoredRollout,
  VStarArtifact,
  VStarEstimate,
} from './records.ts'

/** Where a job is, for a bar with a rate and a time left. */
export interface Progress {
  /** For example `sampling attempts`, `rolling out`, `updating`, `evaluating`, `writing checkpoint`. */
  readonly activity: string
  readonly done: number
  readonly total: number
  /** What is counted: `problems`, `completions`, `steps`. */
  readonly unit: string
  readonly ratePerSecond: number | null
  readonly secondsLeft: number | null
  /** Of the whole stage that the activity is a part of; null: not known yet; left out: it is no part of one. */
  readonly stageSecondsLeft?: number | null
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
  | { readonly type: 'status'; readonly status: RunStatus; readonly error: ErrorData | null }
  | { readonly type: 'device'; readonly device: string }
  | { readonly type: 'progress'; readonly progress: Progress }
  | {
      readonly type: 'metrics'
      readonly step: number
      readonly timeMs: number
      readonly tokens: number
      readonly problems: number
      /** By registry name; null = undefined here (0/0), which is stored as absent. */
      readonly values: Readonly<Record<string, number | null>>
    }
  | { readonly type: 'rollouts'; readonly rollouts: readonly StoredRollout[] }
  /** Declares the artifact before its first estimate, and again when it is complete. */
  | { readonly type: 'vStarArtifact'; readonly artifact: VStarArtifact }
  | { readonly type: 'vStar'; readonly estimates: readonly VStarEstimate[] }
  | { readonly type: 'evaluation'; readonly evaluation: Evaluation }
  | { readonly type: 'checkpoint'; readonly checkpoint: CheckpointRecord }
  | LogEvent

/** What a trainer process sends its owner: numbered, so that a batch is stored once. Within 200 ms of what happened. */
export interface EventBatch {
  readonly runId: string
  readonly sequence: number
  readonly events: readonly RunEvent[]
}
