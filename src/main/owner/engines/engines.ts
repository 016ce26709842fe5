import type { RunPlace } from '../../../shared/routes/engines.ts'
import type { RemotePlace } from '../../../shared/runs/remotePlace.ts'
import { readRemoteRun } from '../../store/runs/remoteRunStore.ts'
import { readRun } from '../../store/runs/runStore.ts'
import { type RemoteLaunch } from '../remote/followAttempt.ts'
import { remoteAccess, type RemoteAccess } from '../remote/remoteAccess.ts'
import type { Engine, JobName } from './engine.ts'
import { checkPlace } from './placeOf.ts'
import { rayCluster } from './rayCluster.ts'
import { runPlace } from './runPlace.ts'
import { thisMachine, type MachineSetup } from './thisMachine.ts'

export interface EnginesSetup extends MachineSetup, Omit<RemoteLaunch, 'access'> {
  /** Left out: as Ray without a token is. */
  readonly remote?: RemoteAccess
}

/** What executes the runs of an owner. */
export interface Engines {
  /** Where a run is executed stands in the store since it was made. */
  of(runId: string): Engine
  /** Whether a place is there. @returns what it is, for people. @throws RecheckError `file.*`, `ray.*` */
  check(place: RemotePlace): Promise<string>
  /** Where a run is executed, and how far its jobs are. @throws RecheckError `run.unknown` */
  placeOfRun(runId: string): Promise<RunPlace>
  /** The end of what a job has written to its output. @throws RecheckError `run.unknown`, `ray.*` */
  output(job: JobName): Promise<string>
}

export function openEngines(setup: EnginesSetup): Engines {
  const { db } = setup
  const here = thisMachine(setup)
  const access = setup.remote ?? remoteAccess(null)
  const engineOf = (runId: string): Engine => {
    const remote = readRemoteRun(db, runId)
    return remote === null ? here : rayCluster({ ...setup, access }, remote.place)
  }
  return {
    of: engineOf,
    check: (place) => checkPlace(place, access),
    async placeOfRun(runId) {
      readRun(db, runId) // unknown: refused
      return runPlace(db, engineOf(runId), runId)
    },
    async output(job) {
      readRun(db, job.runId)
      return engineOf(job.runId).logs(job)
    },
  }
}
