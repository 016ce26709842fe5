import type { Shard } from '../../core/train/vStar/vStarShards.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { Database } from '../store/database.ts'
import { forgetStepsFrom } from '../store/forgetSteps.ts'
import type { JobRequest } from '../wire/jobPort.ts'
import type { TrainerMessage } from '../wire/trainerMessages.ts'
import { jobRequestOf } from './jobRequest.ts'
import { removeLeftovers } from './retention.ts'
import type { TrainingProcess } from './processes/trainingProcess.ts'

/** Starts what executes a run, or takes up what executes it already. */
export type Launch = (onMessage: (message: TrainerMessage) => void) => Promise<TrainingProcess>

export interface LaunchedRun {
  readonly runId: string
  readonly config: RunConfig
  /** A step computed twice gives the same bytes. */
  readonly isExact: boolean
}

/**
 * What a trainer begins with, after what an earlier one has left behind was cleared away. To be called while
 * no trainer of the run, or of its shard, lives.
 *
 * @param place  its folder is where the run's checkpoints are
 */
export async function preparedRequest(
  place: { readonly db: Database; readonly dataDir: string },
  { runId, config, isExact, shard }: LaunchedRun & { readonly shard: Shard | null },
): Promise<JobRequest> {
  // others are at work on the run, and batches of a shard are numbered by themselves: the run is told of them
  // under other numbers
  if (shard !== null) return { ...jobRequestOf(place, runId, config), shard, firstBatch: 1 }
  await removeLeftovers(place.db, place.dataDir, runId)
  const request = jobRequestOf(place, runId, config)
  if (!isExact) forgetStepsFrom(place.db, runId, request.checkpoints[0]?.step ?? 0)
  return request
}
