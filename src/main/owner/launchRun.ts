import { countShards } from '../store/runs/shardStore.ts'
import type { Engine } from './engines/engine.ts'
import type { Launch, LaunchedRun } from './launch.ts'
import { launchShards, type ShardLaunch } from './shards/launchShards.ts'

/** In how many pieces a run is executed stands in the store since it was made. */
export function launchRun(setup: ShardLaunch, engine: Engine, run: LaunchedRun): Launch {
  const shards = countShards(setup.db, run.runId)
  if (shards > 0) return launchShards(setup, engine, run, shards)
  return (onMessage) => engine.submit({ ...run, shard: null }, onMessage)
}
