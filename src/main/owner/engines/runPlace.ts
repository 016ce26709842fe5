import { errorData, RecheckError } from '../../../shared/errors/recheckError.ts'
import type { RunJobState, RunPlace } from '../../../shared/routes/engines.ts'
import { placeName, resourceText } from '../../../shared/runs/remotePlace.ts'
import type { Database } from '../../store/database.ts'
import { readRemoteRun } from '../../store/runs/remoteRunStore.ts'
import { countShards } from '../../store/runs/shardStore.ts'
import type { Engine, JobName } from './engine.ts'

const mostJobs = 100

/** Where a run is executed, and how far its jobs are; an engine that is away is a fact, no error. */
export async function runPlace(db: Database, engine: Engine, runId: string): Promise<RunPlace> {
  const remote = readRemoteRun(db, runId)
  const where = {
    engine: remote === null ? 'this machine' : placeName(remote.place),
    isThisMachine: engine.traits.isThisMachine,
    asks: remote === null ? null : resourceText(remote.place),
  }
  try {
    const jobs = await Promise.all(jobsOf(db, runId).map((job) => stateOf(engine, job)))
    return { ...where, jobs, problem: null }
  } catch (thrown) {
    if (!(thrown instanceof RecheckError)) throw thrown
    return { ...where, jobs: [], problem: errorData(thrown).message }
  }
}

function jobsOf(db: Database, runId: string): readonly JobName[] {
  const shards = Math.min(mostJobs, countShards(db, runId))
  if (shards === 0) return [{ runId, shard: null }]
  return Array.from({ length: shards }, (_, index) => ({ runId, shard: index + 1 }))
}

async function stateOf(engine: Engine, job: JobName): Promise<RunJobState> {
  const status = await engine.status(job)
  return {
    name: engine.nameOf(job),
    shard: job.shard,
    state: status?.state ?? null,
    message: status?.message ?? '',
  }
}
