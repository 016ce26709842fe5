import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { Database } from '../store/database.ts'
import { forgetStepsFrom } from '../store/forgetSteps.ts'
import type { JobRequest } from '../wire/jobPort.ts'
import type { TrainerMessage } from '../wire/trainerMessages.ts'
import { jobRequestOf } from './jobRequest.ts'
import { removeLeftovers } from './retention.ts'
import {
  startTrainingProcess,
  type TrainerProgram,
  type TrainingProcess,
} from './processes/trainingProcess.ts'

/** Starts what executes a run, or takes up what executes it already. */
export type Launch = (onMessage: (message: TrainerMessage) => void) => Promise<TrainingProcess>

export interface LaunchedRun {
  readonly runId: string
  readonly config: RunConfig
  /** A step computed twice gives the same bytes. */
  readonly isExact: boolean
}

/** A trainer as a child of this process. */
export function launchHere(
  {
    db,
    dataDir,
    program,
  }: { readonly db: Database; readonly dataDir: string; readonly program: TrainerProgram },
  run: LaunchedRun,
): Launch {
  return async (onMessage) =>
    startTrainingProcess(program, await preparedRequest({ db, dataDir }, run), onMessage)
}

/**
 * What a trainer begins with, after what an earlier one has left behind was cleared away. To be called while
 * no trainer of the run lives.
 *
 * @param place  its folder is where the run's checkpoints are
 */
export async function preparedRequest(
  place: { readonly db: Database; readonly dataDir: string },
  { runId, config, isExact }: LaunchedRun,
): Promise<JobRequest> {
  await removeLeftovers(place.db, place.dataDir, runId)
  const request = jobRequestOf(place, runId, config)
  if (!isExact) forgetStepsFrom(place.db, runId, request.checkpoints[0]?.step ?? 0)
  return request
}
