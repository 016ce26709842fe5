import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { openOwner } from '../../../../src/main/owner/openOwner.ts'
import type { Owner } from '../../../../src/main/owner/owner.ts'
import { collectGarbage, planGarbage } from '../../../../src/main/owner/collectGarbage.ts'
import { readCheckpoints } from '../../../../src/main/store/checkpointStore.ts'
import { readLog } from '../../../../src/main/store/eventLog.ts'
import { readSeries } from '../../../../src/main/store/metrics/metricQuery.ts'
import { readRemoteRun } from '../../../../src/main/store/runs/remoteRunStore.ts'
import { deleteRun } from '../../../../src/main/store/runs/runLabels.ts'
import { readRun } from '../../../../src/main/store/runs/runStore.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import type { FakeConfig } from '../support/fakeJob.ts'
import { fakeRun, isMetrics, isStatus, nextEvent, ownerSetup, testOwner } from '../support/ownerFixtures.ts'
import { accessOf, placeIn, processEngine, type ProcessEngine } from './processEngine.ts'

interface Cluster {
  readonly dataDir: string
  readonly shared: string
  readonly engine: ProcessEngine
  readonly setup: { readonly remote: ReturnType<typeof accessOf> }
}

function clusterOf(t: TestContext): Cluster {
  const engine = processEngine(t)
  return {
    dataDir: temporaryFolder(t),
    shared: temporaryFolder(t),
    engine,
    setup: { remote: accessOf(engine) },
  }
}

function remoteRun(
  owner: Owner,
  cluster: Cluster,
  { totalSteps = 20, ...config }: Partial<FakeConfig> & { totalSteps?: number } = {},
): string {
  return fakeRun(owner, config, { totalSteps, place: placeIn(cluster.shared) }).runId
}

const stepsOf = (owner: Owner, runId: string): number[] => [
  ...readSeries(owner.db, runId, 'loss/policy').step,
]
const upTo = (count: number): number[] => Array.from({ length: count }, (_, step) => step)
const codesOf = (owner: Owner, runId: string): string[] =>
  readLog(owner.db, runId, { after: 0, limit: 100 }).map(({ code }) => code)

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(10)
}

test('a run elsewhere is handed over once, and gives the numbers that it gives here', async (t) => {
  const cluster = clusterOf(t)
  const owner = await testOwner(t, cluster.dataDir, cluster.setup)
  const there = remoteRun(owner, cluster, { seed: 4, totalSteps: 45 })
  const here = fakeRun(owner, { seed: 4 }, { totalSteps: 45 }).runId
  owner.start(there)
  owner.start(here)
  const [run] = [await owner.whenEnded(there), await owner.whenEnded(here)]
  assert.deepEqual([run.status, run.error, run.device, run.stepsDone], ['finished', null, 'none', 45])
  assert.deepEqual(cluster.engine.begun, [`${there}.1`])
  assert.deepEqual(
    readSeries(owner.db, there, 'loss/policy').value,
    readSeries(owner.db, here, 'loss/policy').value,
  )
  assert.deepEqual(
    readCheckpoints(owner.db, there).map(({ step }) => step),
    [45, 40],
  )
  assert.ok(
    existsSync(join(cluster.dataDir, readCheckpoints(owner.db, there)[0]?.folder ?? '', 'weights.bin')),
  )
  assert.equal(readRemoteRun(owner.db, there)?.isOpen, false)
})

test('several runs elsewhere are at work at once, while those of this machine wait for one another', async (t) => {
  const cluster = clusterOf(t)
  const owner = await testOwner(t, cluster.dataDir, cluster.setup)
  const runs = [1, 2, 3].map((seed) => remoteRun(owner, cluster, { seed, stepMs: 40, totalSteps: 40 }))
  runs.forEach((runId) => owner.start(runId))
  await until(() => runs.every((runId) => readRun(owner.db, runId).status === 'running'))
  for (const runId of runs) assert.equal((await owner.whenEnded(runId)).status, 'finished')
})

test('an owner that is gone leaves the run at work; the next one takes up what was said meanwhile, each thing once', async (t) => {
  const cluster = clusterOf(t)
  const first = await openOwner(ownerSetup(cluster.dataDir, cluster.setup))
  const runId = remoteRun(first, cluster, { stepMs: 10, totalSteps: 60 })
  const metrics = nextEvent(first, runId, isMetrics)
  first.start(runId)
  await metrics
  await first.close('now')
  const second = await testOwner(t, cluster.dataDir, cluster.setup)
  assert.equal(readRun(second.db, runId).status, 'running')
  assert.deepEqual(second.recovered, [])
  assert.equal((await second.whenEnded(runId)).status, 'finished')
  assert.deepEqual(stepsOf(second, runId), upTo(60))
  assert.deepEqual(cluster.engine.begun, [`${runId}.1`])
})

test('a job that ended while nobody owned the folder is taken in to its end', async (t) => {
  const cluster = clusterOf(t)
  const first = await openOwner(ownerSetup(cluster.dataDir, cluster.setup))
  const runId = remoteRun(first, cluster, { stepMs: 5, totalSteps: 30 })
  const running = nextEvent(first, runId, isStatus('running'))
  first.start(runId)
  await running
  await first.close('abandon')
  const records = join(cluster.shared, 'runs', runId, 'attempts', '1', 'records.jsonl')
  await until(() => readFileSync(records, 'utf8').includes('"ended"'))
  const second = await testOwner(t, cluster.dataDir, cluster.setup)
  assert.equal((await second.whenEnded(runId)).status, 'finished')
  assert.deepEqual(stepsOf(second, runId), upTo(30))
})

test('a killed worker leaves the run interrupted, and resuming goes on from its checkpoint as another attempt', async (t) => {
  const cluster = clusterOf(t)
  const owner = await testOwner(t, cluster.dataDir, cluster.setup)
  const runId = remoteRun(owner, cluster, { stepMs: 20, totalSteps: 40, checkpointEvery: 5 })
  owner.start(runId)
  await until(() => readCheckpoints(owner.db, runId).length > 0)
  cluster.engine.kill(`${runId}.1`)
  const run = await owner.whenEnded(runId)
  assert.deepEqual([run.status, run.error?.code], ['interrupted', 'remote.lost'])
  assert.match(
    run.error?.message ?? '',
    /has ended without a last word.*from the checkpoint of step \d+[^]*the last words/,
  )
  await owner.resume(runId)
  assert.equal((await owner.whenEnded(runId)).status, 'finished')
  assert.deepEqual(stepsOf(owner, runId), upTo(40))
  assert.deepEqual(cluster.engine.begun, [`${runId}.1`, `${runId}.2`])
})

test('a head that is away at the start is asked again; one that goes away later stops nothing', async (t) => {
  const cluster = clusterOf(t)
  const owner = await testOwner(t, cluster.dataDir, cluster.setup)
  cluster.engine.isAway = true
  const runId = remoteRun(owner, cluster, { stepMs: 10, totalSteps: 40 })
  owner.start(runId)
  await until(() => codesOf(owner, runId).includes('remote.away'))
  assert.equal(readRun(owner.db, runId).status, 'queued')
  cluster.engine.isAway = false
  await nextEvent(owner, runId, isMetrics)
  cluster.engine.isAway = true
  assert.equal((await owner.whenEnded(runId)).status, 'finished')
  assert.deepEqual(stepsOf(owner, runId), upTo(40))
  assert.deepEqual(codesOf(owner, runId).slice(0, 2), ['remote.away', 'remote.back'])
})

test('a head that was begun anew is given the job that waited again, and calls the silent one lost', async (t) => {
  const cluster = clusterOf(t)
  const owner = await testOwner(t, cluster.dataDir, cluster.setup)
  cluster.engine.isFull = true
  const runId = remoteRun(owner, cluster, { stepMs: 10, totalSteps: 400 })
  owner.start(runId)
  await until(() => codesOf(owner, runId).includes('remote.waiting'))
  cluster.engine.forget()
  await until(() => cluster.engine.known.length === 1)
  cluster.engine.isFull = false
  await nextEvent(owner, runId, isMetrics)
  cluster.engine.kill(`${runId}.1`)
  cluster.engine.forget()
  const run = await owner.whenEnded(runId)
  assert.deepEqual([run.status, run.error?.code], ['interrupted', 'remote.lost'])
  assert.match(run.error?.message ?? '', /does not know it any more: its head was begun anew/)
  assert.equal(cluster.engine.begun.length, 1)
})

test('stopping: before it has begun, after its step, and at once', async (t) => {
  const cluster = clusterOf(t)
  const owner = await testOwner(t, cluster.dataDir, cluster.setup)
  cluster.engine.isFull = true
  const waiting = remoteRun(owner, cluster)
  owner.start(waiting)
  await until(() => codesOf(owner, waiting).includes('remote.waiting'))
  assert.deepEqual(codesOf(owner, waiting), ['remote.handed-over', 'remote.waiting'])
  await owner.stop(waiting, 'after-step')
  assert.equal((await owner.whenEnded(waiting)).status, 'stopped')
  cluster.engine.isFull = false
  assert.deepEqual(cluster.engine.begun, [])
  for (const when of ['after-step', 'now'] as const) {
    const runId = remoteRun(owner, cluster, { stepMs: 20, totalSteps: 4000 })
    const metrics = nextEvent(owner, runId, isMetrics)
    owner.start(runId)
    await metrics
    await owner.stop(runId, when)
    const { status, stepsDone } = await owner.whenEnded(runId)
    assert.equal(status, 'stopped')
    if (when === 'after-step') assert.equal(readCheckpoints(owner.db, runId)[0]?.step, stepsDone)
  }
})

test('a worker that does not obey "stop now" is ended, and a pause holds until it is over', async (t) => {
  const cluster = clusterOf(t)
  const owner = await testOwner(t, cluster.dataDir, { ...cluster.setup, stopNowWithinMs: 200 })
  const runId = remoteRun(owner, cluster, {
    stepMs: 10,
    totalSteps: 4000,
    misbehaves: { step: 3, how: 'block' },
  })
  owner.start(runId)
  await until(() => stepsOf(owner, runId).length === 3)
  await owner.stop(runId, 'now')
  await wait(300)
  cluster.engine.kill(`${runId}.1`) // what Ray does to a job that does not heed SIGTERM
  assert.equal((await owner.whenEnded(runId)).status, 'stopped')
  const paused = remoteRun(owner, cluster, { stepMs: 10, totalSteps: 60 })
  const metrics = nextEvent(owner, paused, isMetrics)
  owner.start(paused)
  await metrics
  await owner.pause(paused, false)
  await until(() => readRun(owner.db, paused).status === 'paused')
  await owner.resume(paused)
  assert.equal((await owner.whenEnded(paused)).status, 'finished')
  assert.deepEqual(
    codesOf(owner, paused).filter((code) => code.startsWith('run.')),
    ['run.started', 'run.paused', 'run.resumed', 'run.finished'],
  )
})

test('a paused run stays paused when another owner takes it up', async (t) => {
  const cluster = clusterOf(t)
  const first = await openOwner(ownerSetup(cluster.dataDir, cluster.setup))
  const runId = remoteRun(first, cluster, { stepMs: 10, totalSteps: 60 })
  const metrics = nextEvent(first, runId, isMetrics)
  first.start(runId)
  await metrics
  await first.pause(runId, false)
  await until(() => readRun(first.db, runId).status === 'paused')
  await first.close('now')
  const second = await testOwner(t, cluster.dataDir, cluster.setup)
  await wait(100)
  assert.equal(readRun(second.db, runId).status, 'paused')
  await second.resume(runId)
  assert.equal((await second.whenEnded(runId)).status, 'finished')
  assert.deepEqual(stepsOf(second, runId), upTo(60))
})

test('records that are none end the run with what came before; a second process for an attempt is refused', async (t) => {
  const cluster = clusterOf(t)
  const owner = await testOwner(t, cluster.dataDir, cluster.setup)
  const runId = remoteRun(owner, cluster, { stepMs: 20, totalSteps: 4000 })
  const metrics = nextEvent(owner, runId, isMetrics)
  owner.start(runId)
  await metrics
  const records = join(cluster.shared, 'runs', runId, 'attempts', '1', 'records.jsonl')
  appendFileSync(records, `${'x'.repeat(100_000)}\n`)
  const run = await owner.whenEnded(runId)
  assert.deepEqual([run.status, run.error?.code], ['failed', 'remote.records'])
  assert.ok(stepsOf(owner, runId).length > 0)
})

test('a deleted run takes its folder in the shared one with it', async (t) => {
  const cluster = clusterOf(t)
  const owner = await testOwner(t, cluster.dataDir, cluster.setup)
  const runId = remoteRun(owner, cluster)
  owner.start(runId)
  await owner.whenEnded(runId)
  deleteRun(owner.db, runId, 1)
  const plan = planGarbage(owner.db, cluster.dataDir, { deletedBeforeMs: 2, unknownRuns: false })
  collectGarbage(owner.db, cluster.dataDir, plan)
  assert.deepEqual(
    [existsSync(join(cluster.shared, 'runs', runId)), readRemoteRun(owner.db, runId)],
    [false, null],
  )
})
