import type { Shard } from '../../../core/train/vStar/vStarShards.ts'
import type { RemotePlace } from '../../../shared/runs/remotePlace.ts'
import type { TrainerMessage } from '../../wire/trainerMessages.ts'
import type { LaunchedRun } from '../launch.ts'
import type { TrainingProcess } from '../processes/trainingProcess.ts'
import type { JobStatus } from '../remote/jobsApi.ts'

/** What executes runs: this machine, or a cluster. */
export interface Engine {
  readonly traits: EngineTraits
  /** @returns what it is, for people. @throws RecheckError `ray.*` where it does not answer */
  check(): Promise<string>
  /**
   * Hands a job over, or takes up the one that is at work on it already.
   *
   * @throws RecheckError `trainer.start`, `remote.place`, `file.*`
   */
  submit(job: HandedJob, onMessage: (message: TrainerMessage) => void): Promise<TrainingProcess>
  /** What the engine calls the job, as its own tools show it; null where it was not handed over yet. */
  nameOf(job: JobName): string | null
  /** @returns null where it knows no such job. @throws RecheckError as `check` */
  status(job: JobName): Promise<JobStatus | null>
  /** The end of what the job has written to its output. @throws RecheckError as `check` */
  logs(job: JobName): Promise<string>
  /** Ends the job; one that has ended or is not known is left alone. @throws RecheckError as `check` */
  stop(job: JobName): Promise<void>
}

/** A run, or one shard of it. */
export interface JobName {
  readonly runId: string
  /** null = the run is in one piece. */
  readonly shard: number | null
}

export interface HandedJob extends LaunchedRun {
  /** null = the run is in one piece. */
  readonly shard: Shard | null
}

/** In what engines differ for those who use them. */
export interface EngineTraits {
  /** Jobs wait there for what they take: all are handed over at once. Else they wait in the owner's queue. */
  readonly queuesJobs: boolean
  /** Jobs go on without their owner, and the next one takes them up. */
  readonly outlivesOwner: boolean
  /** Runs take this machine's memory. */
  readonly isThisMachine: boolean
}

const hereTraits: EngineTraits = { queuesJobs: false, outlivesOwner: false, isThisMachine: true }
const clusterTraits: EngineTraits = { queuesJobs: true, outlivesOwner: true, isThisMachine: false }

/** @param place  null = this machine */
export function traitsOf(place: RemotePlace | null): EngineTraits {
  return place === null ? hereTraits : clusterTraits
}

/**
 * How many of the jobs are handed over at a time.
 *
 * @param wanted  at most so many; null = as many as the engine takes
 */
export function jobsAtOnce({ queuesJobs }: EngineTraits, jobs: number, wanted: number | null = null): number {
  return queuesJobs ? Math.min(wanted ?? jobs, jobs) : Math.min(1, jobs)
}
