import { readCheckpoints } from '../store/checkpointStore.ts'
import type { Database } from '../store/database.ts'
import { lastBatchOf, readRun } from '../store/runs/runStore.ts'
import { readVStar, readVStarEstimates } from '../store/vStarStore.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { JobRequest } from '../wire/jobPort.ts'

/** Everything the store knows that a trainer needs to begin, or to go on. */
export function jobRequestOf(
  { db, dataDir }: { readonly db: Database; readonly dataDir: string },
  runId: string,
  config: RunConfig,
): JobRequest {
  const run = readRun(db, runId)
  const artifact = run.vStarId === null ? null : readVStar(db, run.vStarId)
  return {
    run,
    config,
    dataDir,
    checkpoints: readCheckpoints(db, runId),
    vStar: artifact === null ? null : { artifact, estimates: readVStarEstimates(db, artifact.vStarId) },
    firstBatch: lastBatchOf(db, runId) + 1,
  }
}
