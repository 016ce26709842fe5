import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'node:test'
import type { JobsApi, JobStatus } from '../../../../src/main/owner/remote/jobsApi.ts'
import type { RemoteAccess } from '../../../../src/main/owner/remote/remoteAccess.ts'
import { RecheckError } from '../../../../src/shared/errors/recheckError.ts'
import type { RemotePlace } from '../../../../src/shared/runs/remotePlace.ts'
import { bareEnvironment } from '../support/ownerFixtures.ts'

/**
 * An engine that starts its jobs as processes of this machine which know nothing of the owner, and can
 * misbehave.
 */
export interface ProcessEngine extends JobsApi {
  /** No request is answered while it is. */
  isAway: boolean
  /** Jobs wait while it is. */
  isFull: boolean
  /** Its head is begun anew: it knows no job any more, and those that wait are gone. */
  forget(): void
  kill(submissionId: string): void
  /** Every job that was ever begun, in order. */
  readonly begun: readonly string[]
  readonly known: readonly string[]
  /** Every job whose process has ended, in order. */
  readonly ended: readonly string[]
}

export function processEngine(t: Pick<TestContext, 'after'>): ProcessEngine {
  let jobs = new Map<string, { status: JobStatus; child: ChildProcess | null; start: () => void }>()
  const children: ChildProcess[] = []
  const [begun, ended]: [string[], string[]] = [[], []]
  t.after(() => children.forEach((child) => child.kill('SIGKILL')))
  const answer = (): void => {
    if (engine.isAway) throw new RecheckError('ray.away', 'Ray at a test does not answer.')
    if (!engine.isFull) for (const job of jobs.values()) if (job.status.state === 'waiting') job.start()
  }
  const engine: ProcessEngine = {
    isAway: false,
    isFull: false,
    begun,
    ended,
    get known() {
      return [...jobs.keys()]
    },
    check: async () => (answer(), 'a test'),
    async submit({ submissionId, command, environment }) {
      answer()
      if (jobs.has(submissionId)) return
      const [program = '', ...words] = command
      const start = (): void => {
        begun.push(submissionId)
        const child = spawn(program, words, {
          stdio: 'ignore',
          env: { ...bareEnvironment, ...environment },
        })
        children.push(child)
        const job = { status: { state: 'running', message: '' } as JobStatus, child, start }
        jobs.set(submissionId, job)
        child.on('exit', (code) => {
          ended.push(submissionId)
          job.status = { state: code === 0 ? 'succeeded' : 'failed', message: `exit code ${code}` }
        })
      }
      jobs.set(submissionId, { status: { state: 'waiting', message: 'No room.' }, child: null, start })
      answer()
    },
    async status(submissionId) {
      answer()
      return jobs.get(submissionId)?.status ?? null
    },
    async logs() {
      answer()
      return 'the last words'
    },
    async stop(submissionId) {
      answer()
      const job = jobs.get(submissionId)
      if (job?.child === null) job.status = { state: 'stopped', message: 'stopped' }
      job?.child?.kill('SIGTERM')
    },
    forget: () => void (jobs = new Map()),
    kill: (submissionId) => void jobs.get(submissionId)?.child?.kill('SIGKILL'),
  }
  return engine
}

const worker = fileURLToPath(new URL('../support/fakeWorker.ts', import.meta.url))
const inspect = fileURLToPath(new URL('../../../../src/main/inspect.ts', import.meta.url))

export interface Machines {
  /** What trains; left out: a job that makes its numbers up. */
  readonly trainer?: string
  /** By how much their clocks are ahead of this machine's. */
  readonly aheadMs?: number
}

/** @param machines  those of the cluster */
export function accessOf(engine: JobsApi, machines: Machines = {}): RemoteAccess {
  const { trainer = worker, aheadMs = 0 } = machines
  const shift = new URL(`./clockShift.ts?ms=${aheadMs}`, import.meta.url).href
  const node = [process.execPath, ...(aheadMs === 0 ? [] : ['--import', shift])]
  return {
    jobsOf: () => engine,
    commandOf: (_place, entry) =>
      node.concat(entry === 'worker.ts' ? [trainer, '--folder'] : [inspect, '--job']),
    code: () => Promise.reject(new Error('this place has a folder')),
    times: { readEveryMs: 20, askEveryMs: 60, settleMs: 300, lostAfterMs: 400, lookForMs: 100 },
  }
}

export function placeIn(shared: string): RemotePlace {
  return {
    engine: 'ray',
    address: 'http://127.0.0.1:1',
    shared,
    packageFolder: '/nowhere',
    modulesFolder: null,
    cpus: 1,
    gpus: 0,
    memoryBytes: null,
  }
}
