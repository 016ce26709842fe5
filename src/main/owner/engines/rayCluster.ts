import { join } from 'node:path'
import type { RemotePlace } from '../../../shared/runs/remotePlace.ts'
import { trainerVariables } from '../../host/tensorflow/childEnvironment.ts'
import { closeAttempt, markTaken, readRemoteRun } from '../../store/runs/remoteRunStore.ts'
import { markShardTaken, openShard, readShardTries } from '../../store/runs/shardStore.ts'
import { attemptFolder, shardFolder } from '../../wire/attemptFolder.ts'
import { preparedRequest } from '../launch.ts'
import {
  followAttempt,
  openedAttempt,
  type RemoteAttempt,
  type RemoteLaunch,
} from '../remote/followAttempt.ts'
import { traitsOf, type Engine, type HandedJob, type JobName } from './engine.ts'

/**
 * Jobs are handed over to a cluster by its Jobs API; their records come through the shared folder. One that
 * an earlier owner has handed over is taken up where its records stand.
 */
export function rayCluster(setup: RemoteLaunch, place: RemotePlace): Engine {
  const { db, access } = setup
  const jobs = access.jobsOf(place)
  const newest = (job: JobName): string | null => {
    const { runId, shard } = job
    const tries = shard === null ? (readRemoteRun(db, runId)?.attempt ?? 0) : readShardTries(db, runId, shard)
    return tries === 0 ? null : submissionIdOf(job, tries)
  }
  return {
    traits: traitsOf(place),
    check: () => jobs.check(),
    nameOf: newest,
    submit: async (job, onMessage) => followAttempt(setup, onMessage, attemptOf(setup, job)),
    async status(job) {
      const submissionId = newest(job)
      return submissionId === null ? null : jobs.status(submissionId)
    },
    async logs(job) {
      const submissionId = newest(job)
      return submissionId === null ? '' : jobs.logs(submissionId)
    },
    async stop(job) {
      const submissionId = newest(job)
      if (submissionId !== null) await jobs.stop(submissionId)
    },
  }
}

/** @param tries  how often the job was handed over, this time included */
export function submissionIdOf({ runId, shard }: JobName, tries: number): string {
  return shard === null ? `${runId}.${tries}` : `${runId}.shard-${shard}.${tries}`
}

function attemptOf(setup: RemoteLaunch, job: HandedJob): RemoteAttempt {
  const { db } = setup
  const { runId, shard } = job
  const { place, attempt, taken } = openedAttempt(setup, runId)
  const common = {
    runId,
    place,
    environment: trainerVariables(job.config),
    request: () => preparedRequest({ db, dataDir: place.shared }, job),
  }
  if (shard === null)
    return {
      ...common,
      submissionId: submissionIdOf({ runId, shard: null }, attempt),
      folder: join(place.shared, attemptFolder(runId, attempt)),
      taken,
      markTaken: (record) => markTaken(db, runId, record),
      settle: () => closeAttempt(db, runId),
    }
  const { number } = shard
  const opened = openShard(db, runId, number)
  return {
    ...common,
    submissionId: submissionIdOf({ runId, shard: number }, opened.tries),
    folder: join(place.shared, shardFolder(runId, number, opened.tries)),
    taken: opened.taken,
    markTaken: (record) => markShardTaken(db, runId, number, record),
    settle: () => undefined,
  }
}
