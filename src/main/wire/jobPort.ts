import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { CheckpointRecord, Run, VStarArtifact, VStarEstimate } from '../../shared/runs/records.ts'
import type { RunEvent } from '../../shared/runs/runEvent.ts'
import type { StopSignal } from '../../core/sampling/sampler.ts'
import type { Shard } from '../../core/train/vStar/vStarShards.ts'

/** All that a trainer process is given. It opens no database: the owner alone does. */
export interface JobRequest {
  /** `run.totalSteps` holds, not the config's steps: a finished run may have been given more. */
  readonly run: Run
  /** `run.config` as the owner has read it. */
  readonly config: RunConfig
  readonly dataDir: string
  /** Newest first; the job goes on from the first that is sound. Empty: from the beginning. */
  readonly checkpoints: readonly CheckpointRecord[]
  /** Stage 2: what it trains against. Stage 1: what an earlier process has sampled already. */
  readonly vStar: { readonly artifact: VStarArtifact; readonly estimates: readonly VStarEstimate[] } | null
  /** Stage 1: the part that this process samples; left out: all problems. */
  readonly shard?: Shard
  /** Number of the first batch of this process. */
  readonly firstBatch: number
}

/** The owner decides the status of a run; a job reports everything else. */
export type JobEvent = Exclude<RunEvent, { type: 'status' }>

/** What a job may ask of the process around it. */
export interface JobPort {
  /** Sent within 200 ms, in order. Metric values that are not finite are stored as absent, with a warning. */
  emit(event: JobEvent): void
  /**
   * Reports a checkpoint whose folder is complete, and waits until the owner has stored it with everything
   * emitted before.
   */
  checkpoint(checkpoint: CheckpointRecord): Promise<void>
  /** Waits until the owner has stored everything emitted so far. */
  flush(): Promise<void>
  /**
   * To be awaited after every step (stage 1: every few problems). Waits while the run is paused or the owner
   * cannot store; `stop` asks the job to write a checkpoint and return `stopped`.
   */
  betweenSteps(): Promise<'continue' | 'stop'>
  /** Says how many rows a micro-batch has, for the owner to name should memory run out. */
  sayMicroBatch(rows: number): void
  /** Aborted by "stop now": the step at hand is to be given up, the state is that of the last step. */
  readonly stopNow: StopSignal
  /** Time spent running since the run began, pauses and interruptions left out: `timeMs` of a metric. */
  activeMs(): number
}

/** Executes a run to its end, or until it is told to stop. An error thrown is the run's failure. */
export type RunJob = (request: JobRequest, port: JobPort) => Promise<'finished' | 'stopped'>
