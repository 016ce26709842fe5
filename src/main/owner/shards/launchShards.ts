import type { RunEvent } from '../../../shared/runs/runEvent.ts'
import type { Clock } from '../../host/machine/clock.ts'
import type { Database } from '../../store/database.ts'
import { appendLog } from '../../store/eventLog.ts'
import { closeAttempt } from '../../store/runs/remoteRunStore.ts'
import { lastBatchOf, readRun } from '../../store/runs/runStore.ts'
import { closeShards } from '../../store/runs/shardStore.ts'
import { readVStar, readVStarEstimates, readVStarPlaces } from '../../store/vStarStore.ts'
import { jobsAtOnce, type Engine } from '../engines/engine.ts'
import type { Launch, LaunchedRun } from '../launch.ts'
import { ShardMerge, type MergeStart } from './shardMerge.ts'
import { startShards } from './shardedTrainer.ts'

export interface ShardLaunch {
  readonly db: Database
  readonly clock: Pick<Clock, 'nowMs'>
  readonly onEvent: (runId: string, event: RunEvent) => void
}

/**
 * Stage 1 in shards: one after the other on this machine, whose processors one sampler uses all; elsewhere
 * each is a job, and they are all handed over.
 */
export function launchShards(setup: ShardLaunch, engine: Engine, run: LaunchedRun, shards: number): Launch {
  const { db } = setup
  const { runId } = run
  return async (onMessage) =>
    startShards({
      runId,
      shards,
      atOnce: jobsAtOnce(engine.traits, shards),
      merge: new ShardMerge(mergeStart(setup, run, shards)),
      firstBatch: lastBatchOf(db, runId) + 1,
      begin: (number, tell) => engine.submit({ ...run, shard: { number, of: shards } }, tell),
      giveUp: (number) => closeShards(db, runId, number),
      note: (message) => tellAgain(setup, runId, message),
      onMessage,
      settle() {
        closeShards(db, runId)
        closeAttempt(db, runId)
      },
    })
}

function mergeStart({ db }: ShardLaunch, { runId, config }: LaunchedRun, shards: number): MergeStart {
  const { vStarId } = readRun(db, runId)
  const artifact = vStarId === null ? null : readVStar(db, vStarId)
  if (artifact === null) return { runId, config, shards, artifact, done: [] }
  const places = readVStarPlaces(db, artifact.vStarId)
  const done = readVStarEstimates(db, artifact.vStarId).map((estimate, index) => ({
    place: places[index] ?? index,
    estimate,
  }))
  return { runId, config, shards, artifact, done }
}

function tellAgain({ db, clock, onEvent }: ShardLaunch, runId: string, message: string): void {
  const entry = { level: 'warning', code: 'shard.again', message, remedy: null } as const
  appendLog(db, { ...entry, runId, atMs: clock.nowMs() })
  onEvent(runId, { type: 'log', ...entry })
}
