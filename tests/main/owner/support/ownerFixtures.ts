import { fileURLToPath } from 'node:url'
import type { TestContext } from 'node:test'
import { systemClock } from '../../../../src/main/host/machine/clock.ts'
import { openOwner } from '../../../../src/main/owner/openOwner.ts'
import type { Owner, OwnerSetup } from '../../../../src/main/owner/owner.ts'
import type { RunTerms } from '../../../../src/main/owner/processes/superviseRun.ts'
import type { TrainerProgram } from '../../../../src/main/owner/processes/trainingProcess.ts'
import { storedConfig } from '../../../../src/main/store/runs/storedConfig.ts'
import { parseConfig } from '../../../../src/shared/config/parseConfig.ts'
import type { RemotePlace } from '../../../../src/shared/runs/remotePlace.ts'
import type { RunEvent } from '../../../../src/shared/runs/runEvent.ts'
import type { Run, Stage } from '../../../../src/shared/runs/records.ts'
import { fakeConfig, type FakeConfig } from './fakeJob.ts'

/** No setting of the machine's but where programs are, and where Node keeps what it has compiled. */
export const bareEnvironment: Readonly<Record<string, string | undefined>> = {
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
}

/** The tests' own Node, and a worker whose job is fake: everything else is the real thing. */
export const fakeProgram: TrainerProgram = {
  nodePath: process.execPath,
  workerPath: fileURLToPath(new URL('./fakeWorker.ts', import.meta.url)),
  environment: bareEnvironment,
}

/** A fake job reads `run.config` itself: it has settings of its own. */
export const fakeTerms: RunTerms = {
  config: parseConfig({}, 'a test'),
  device: 'cpu',
  isExact: true,
  keepLast: 2,
}

function isFake(run: Run): boolean {
  return 'stepMs' in (JSON.parse(run.config) as object)
}

export function ownerSetup(dataDir: string, fields: Partial<OwnerSetup> = {}): OwnerSetup {
  return {
    dataDir,
    program: fakeProgram,
    clock: systemClock,
    address: 'a test',
    termsOf: (run) => (isFake(run) ? fakeTerms : { ...fakeTerms, config: storedConfig(run) }),
    retryEveryMs: 50,
    stopNowWithinMs: 300,
    ...fields,
  }
}

export async function testOwner(
  t: Pick<TestContext, 'after'>,
  dataDir: string,
  fields: Partial<OwnerSetup> = {},
): Promise<Owner> {
  const owner = await openOwner(ownerSetup(dataDir, fields))
  t.after(() => owner.close('abandon'))
  return owner
}

export function fakeRun(
  owner: Owner,
  config: Partial<FakeConfig>,
  fields: {
    readonly totalSteps?: number
    readonly stage?: Stage
    readonly name?: string
    readonly place?: RemotePlace
    readonly shards?: number
  } = {},
): Run {
  return owner.createRun({
    name: 'fake',
    stage: 'self-correction',
    totalSteps: 20,
    ...fields,
    config: JSON.stringify({ ...fakeConfig, ...config }),
    configHash: 'h',
    tags: [],
    notes: '',
    group: null,
    vStarId: null,
  })
}

/** Resolves with the first event of the run that `isWanted`. */
export function nextEvent<E extends RunEvent>(
  owner: Owner,
  runId: string,
  isWanted: (event: RunEvent) => event is E,
): Promise<E> {
  return new Promise((resolve) => {
    const unsubscribe = owner.subscribe((id, event) => {
      if (id !== runId || !isWanted(event)) return
      unsubscribe()
      resolve(event)
    })
  })
}

export const isStatus =
  (status: Run['status']) =>
  (event: RunEvent): event is Extract<RunEvent, { type: 'status' }> =>
    event.type === 'status' && event.status === status

export const isMetrics = (event: RunEvent): event is Extract<RunEvent, { type: 'metrics' }> =>
  event.type === 'metrics'
