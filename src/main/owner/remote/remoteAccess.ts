import type { RemotePlace } from '../../../shared/runs/remotePlace.ts'
import { codePackage, type CodePackage } from './codePackage.ts'
import type { JobsApi, Submission } from './jobsApi.ts'
import { rayJobs } from './rayJobs.ts'
import { remoteTimes, type RemoteTimes } from './remoteTrainer.ts'

/** What trains, and what answers questions. */
export type JobEntry = 'worker.ts' | 'inspect.ts'

/** How an owner reaches clusters; a test puts others in its place. */
export interface RemoteAccess {
  readonly jobsOf: (place: RemotePlace) => JobsApi
  /** Program and first arguments of what works there; its folder follows. */
  readonly commandOf: (place: RemotePlace, entry: JobEntry) => readonly string[]
  /** This Recheck's code, for a place that has none. @throws RecheckError `remote.place`, `file.*` */
  readonly code: () => Promise<CodePackage>
  readonly times: RemoteTimes
}

/** @param token  of the cluster; null = it asks for none */
export function remoteAccess(token: string | null): RemoteAccess {
  const known = new Map<string, JobsApi>()
  let code: Promise<CodePackage> | null = null
  return {
    jobsOf({ address }) {
      const jobs = known.get(address) ?? rayJobs({ address, token })
      known.set(address, jobs)
      return jobs
    },
    commandOf: ({ packageFolder }, entry) =>
      packageFolder === null
        ? ['sh', 'resources/bin/clusterJob.sh', entry]
        : [`${packageFolder}/node_modules/.bin/node`, `${packageFolder}/src/main/${entry}`, '--job'],
    code: () => (code ??= codePackage()),
    times: remoteTimes,
  }
}

/** What a cluster is handed for a job that talks through this folder. */
export async function submissionOf(
  access: RemoteAccess,
  place: RemotePlace,
  job: {
    readonly submissionId: string
    readonly entry: JobEntry
    readonly folder: string
    /** Beside what the place asks for; the cluster lays it over what its machines have set. */
    readonly environment: Readonly<Record<string, string>>
  },
): Promise<Submission> {
  const { packageFolder, modulesFolder, cpus, gpus, memoryBytes } = place
  return {
    submissionId: job.submissionId,
    code: packageFolder === null ? await access.code() : null,
    command: access.commandOf(place, job.entry).concat(job.folder),
    environment: {
      ...job.environment,
      ...(modulesFolder === null ? {} : { RECHECK_MODULES: modulesFolder }),
    },
    cpus,
    gpus,
    memoryBytes,
  }
}
