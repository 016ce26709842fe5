import { readRemoteRun } from '../store/runs/remoteRunStore.ts'
import { countShards } from '../store/runs/shardStore.ts'
import { launchHere, type Launch, type LaunchedRun } from './launch.ts'
import { launchRemote, remoteAccess, type RemoteAccess, type RemoteLaunch } from './remote/launchRemote.ts'
import type { TrainerProgram } from './processes/trainingProcess.ts'
import { launchShards } from './shards/launchShards.ts'

export interface LaunchSetup extends Omit<RemoteLaunch, 'access'> {
  readonly program: TrainerProgram
  /** Left out: as Ray without a token is. */
  readonly remote?: RemoteAccess
}

/** Where a run is executed, and in how many pieces, stands in the store since it was made. */
export function launchRun(setup: LaunchSetup, run: LaunchedRun): Launch {
  if (countShards(setup.db, run.runId) > 0)
    return launchShards({ ...setup, access: setup.remote ?? remoteAccess(null) }, run)
  if (readRemoteRun(setup.db, run.runId) === null) return launchHere(setup, run)
  return launchRemote({ ...setup, access: setup.remote ?? remoteAccess(null) }, run)
}
