import { join } from 'node:path'
import type { Shard } from '../../../core/train/vStarShards.ts'
import { appendLog } from '../../store/eventLog.ts'
import { closeAttempt, readRemoteRun } from '../../store/runs/remoteRunStore.ts'
import { lastBatchOf, readRun } from '../../store/runs/runStore.ts'
import { closeShards, countShards, markShardTaken, openShard } from '../../store/runs/shardStore.ts'
import { readVStar, readVStarEstimates, readVStarPlaces } from '../../store/vStarStore.ts'
import { shardFolder } from '../../wire/attemptFolder.ts'
import type { JobRequest } from '../../wire/jobPort.ts'
import { jobRequestOf } from '../jobRequest.ts'
import type { Launch, LaunchedRun } from '../launch.ts'
import { startTrainingProcess, type TrainerProgram } from '../processes/trainingProcess.ts'
import { followAttempt, openedAttempt, type RemoteLaunch } from '../remote/launchRemote.ts'
import { ShardMerge, type MergeStart } from './shardMerge.ts'
import { startShards, type ShardedSetup } from './shardedTrainer.ts'

export interface ShardLaunch extends RemoteLaunch {
  readonly program: TrainerProgram
}

/**
 * Stage 1 in shards: one after the other on this machine, whose processors one sampler uses all; elsewhere
 * each is a job, and they are all handed over.
 */
export function launchShards(setup: ShardLaunch, run: LaunchedRun): Launch {
  const isHere = readRemoteRun(setup.db, run.runId) === null
  return async (onMessage) => {
    const { db } = setup
    const { runId } = run
    const shards = countShards(db, runId)
    const common = {
      runId,
      shards,
      onMessage,
      merge: new ShardMerge(mergeStart(setup, run, shards)),
      firstBatch: lastBatchOf(db, runId) + 1,
      giveUp: (number: number) => closeShards(db, runId, number),
      note: (message: string) => tellAgain(setup, runId, message),
      settle: () => {
        closeShards(db, runId)
        closeAttempt(db, runId)
      },
    }
    if (isHere) return startShards({ ...common, atOnce: 1, begin: beginHere(setup, run, shards) })
    return startShards({ ...common, atOnce: shards, begin: await beginElsewhere(setup, run, shards) })
  }
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

function requestOf(
  place: { readonly db: ShardLaunch['db']; readonly dataDir: string },
  { runId, config }: LaunchedRun,
  shard: Shard,
): JobRequest {
  // batches of a shard are numbered by themselves: the run is told of them under other numbers
  return { ...jobRequestOf(place, runId, config), shard, firstBatch: 1 }
}

function beginHere(setup: ShardLaunch, run: LaunchedRun, shards: number): ShardedSetup['begin'] {
  return (number, onMessage) =>
    startTrainingProcess(setup.program, requestOf(setup, run, { number, of: shards }), onMessage)
}

async function beginElsewhere(
  setup: ShardLaunch,
  run: LaunchedRun,
  shards: number,
): Promise<ShardedSetup['begin']> {
  const { db } = setup
  const { runId } = run
  const { place } = await openedAttempt(setup, runId)
  return (number, onMessage) => {
    const { tries, taken } = openShard(db, runId, number)
    return followAttempt(setup, onMessage, {
      runId,
      place,
      submissionId: `${runId}.shard-${number}.${tries}`,
      folder: join(place.shared, shardFolder(runId, number, tries)),
      taken,
      request: async () => requestOf({ db, dataDir: place.shared }, run, { number, of: shards }),
      markTaken: (record) => markShardTaken(db, runId, number, record),
      settle: () => undefined,
    })
  }
}

function tellAgain({ db, clock, onEvent }: ShardLaunch, runId: string, message: string): void {
  const entry = { level: 'warning', code: 'shard.again', message, remedy: null } as const
  appendLog(db, { ...entry, runId, atMs: clock.nowMs() })
  onEvent(runId, { type: 'log', ...entry })
}
