import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { openOwner } from '../../../../src/main/owner/openOwner.ts'
import type { Owner } from '../../../../src/main/owner/owner.ts'
import { readLog } from '../../../../src/main/store/eventLog.ts'
import { readRun } from '../../../../src/main/store/runs/runStore.ts'
import { readVStarSamples } from '../../../../src/main/store/vStarSampleStore.ts'
import { readVStarEstimates, readVStarPlaces } from '../../../../src/main/store/vStarStore.ts'
import { vStarSha256 } from '../../../../src/main/store/vStarText.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import type { FakeConfig } from '../support/fakeJob.ts'
import { fakeRun, isMetrics, nextEvent, ownerSetup, testOwner } from '../support/ownerFixtures.ts'
import { accessOf, placeIn, processEngine, type ProcessEngine } from '../remote/processEngine.ts'

const problems = 40

function estimate(
  owner: Owner,
  config: Partial<FakeConfig> = {},
  fields: { readonly shards?: number; readonly shared?: string } = {},
): string {
  const { shards, shared } = fields
  return fakeRun(owner, config, {
    stage: 'estimate-v-star',
    totalSteps: problems,
    ...(shards === undefined ? {} : { shards }),
    ...(shared === undefined ? {} : { place: placeIn(shared) }),
  }).runId
}

interface Cluster {
  readonly engine: ProcessEngine
  readonly shared: string
  readonly dataDir: string
  readonly setup: { readonly remote: ReturnType<typeof accessOf> }
}

function clusterOf(t: TestContext): Cluster {
  const engine = processEngine(t)
  const setup = { remote: accessOf(engine) }
  return { engine, shared: temporaryFolder(t), dataDir: temporaryFolder(t), setup }
}

async function sha256Of(owner: Owner, runId: string): Promise<string> {
  const run = await owner.whenEnded(runId)
  assert.deepEqual([run.status, run.error], ['finished', null])
  return vStarSha256(owner.db, run.vStarId ?? '') ?? assert.fail('not complete')
}

async function whole(owner: Owner): Promise<string> {
  return sha256Of(owner, await wholeRun(owner))
}

async function wholeRun(owner: Owner): Promise<string> {
  const runId = estimate(owner)
  owner.start(runId)
  await owner.whenEnded(runId)
  return runId
}

/** What the V* page shows of each problem. */
function samplesOf({ db }: Owner, runId: string): readonly unknown[] {
  const { vStarId } = readRun(db, runId)
  return Array.from({ length: problems }, (_, index) => readVStarSamples(db, vStarId ?? '', `p${index}`))
}

const codesOf = (owner: Owner, runId: string): string[] =>
  readLog(owner.db, runId, { after: 0, limit: 1000 }).map(({ code }) => code)

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(10)
}

test('seven shards here, one after the other, make the estimate that one process makes', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const runId = estimate(owner, {}, { shards: 7 })
  owner.start(runId)
  assert.equal(await sha256Of(owner, runId), await whole(owner))
  const { tokensGenerated, problemsSeen, stepsDone } = readRun(owner.db, runId)
  assert.deepEqual([tokensGenerated, problemsSeen, stepsDone], [problems * 100, problems, problems])
})

test('a shard here whose process dies is done again alone, from what it had told of', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  // place 23 is in shard 3 of 4: whoever has told of it dies, and is not asked for it again
  const runId = estimate(owner, { misbehaves: { step: 23, how: 'exit' } }, { shards: 4 })
  owner.start(runId)
  assert.equal(await sha256Of(owner, runId), await whole(owner))
  assert.equal(codesOf(owner, runId).filter((code) => code === 'shard.again').length, 1)
})

test('a shard that dies each time is begun three times, and then the run says so and keeps what is there', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const runId = estimate(owner, { misbehaves: { step: 23, how: 'abort' } }, { shards: 4 })
  owner.start(runId)
  const { status, error, vStarId } = await owner.whenEnded(runId)
  assert.deepEqual([status, error?.code], ['interrupted', 'trainer.crashed'])
  assert.equal(codesOf(owner, runId).filter((code) => code === 'shard.again').length, 2)
  assert.ok(readVStarEstimates(owner.db, vStarId ?? '').length >= 20)
})

test('seven jobs elsewhere at once: one dies and is done again alone, each tells of all twice, and the estimate is the same', async (t) => {
  const cluster = clusterOf(t)
  const owner = await testOwner(t, cluster.dataDir, cluster.setup)
  // places 11 to 16 are in shard 3
  const config = { misbehaves: { step: 13, how: 'exit' } } as const
  const runId = estimate(owner, config, { shards: 7, shared: cluster.shared })
  owner.start(runId)
  assert.equal(await sha256Of(owner, runId), await whole(owner))
  assert.deepEqual(
    [...cluster.engine.begun].sort(),
    [1, 2, 3, 4, 5, 6, 7]
      .map((number) => `${runId}.shard-${number}.1`)
      .concat(`${runId}.shard-3.2`)
      .sort(),
  )
  assert.equal(codesOf(owner, runId).filter((code) => code === 'shard.again').length, 1)
  const { vStarId } = readRun(owner.db, runId)
  assert.deepEqual(
    readVStarPlaces(owner.db, vStarId ?? ''),
    Array.from({ length: problems }, (_, place) => place),
  )
})

test('an owner that goes away leaves the shards at work; the next one takes each up, and what has ended is read to its end', async (t) => {
  const cluster = clusterOf(t)
  const first = await openOwner(ownerSetup(cluster.dataDir, cluster.setup))
  const runId = estimate(first, { stepMs: 40 }, { shards: 5, shared: cluster.shared })
  first.start(runId)
  await nextEvent(first, runId, isMetrics)
  await first.close('now')
  const second = await testOwner(t, cluster.dataDir, cluster.setup)
  assert.equal(await sha256Of(second, runId), await whole(second))
  assert.equal(cluster.engine.begun.length, 5)
})

test('the samples of seven shards, here and elsewhere, and of one job elsewhere reach the store as those of one process do', async (t) => {
  const cluster = clusterOf(t)
  const { shared } = cluster
  const owner = await testOwner(t, cluster.dataDir, cluster.setup)
  const expected = samplesOf(owner, await wholeRun(owner))
  assert.ok(expected.every((samples) => samples !== null))
  const config = { misbehaves: { step: 13, how: 'exit' } } as const // one is begun again, and all tell twice
  for (const [fields, how] of [
    [{ shards: 7 }, {}],
    [{ shards: 7, shared }, config],
    [{ shared }, {}],
  ] as const) {
    const runId = estimate(owner, how, fields)
    owner.start(runId)
    await sha256Of(owner, runId)
    assert.deepEqual(samplesOf(owner, runId), expected, JSON.stringify(fields))
  }
})

test('stopped and resumed: only what is missing is estimated, by other jobs', async (t) => {
  const cluster = clusterOf(t)
  const owner = await testOwner(t, cluster.dataDir, cluster.setup)
  // four seconds a job: on a busy machine the word to stop arrives late
  const runId = estimate(owner, { stepMs: 400 }, { shards: 4, shared: cluster.shared })
  owner.start(runId)
  await nextEvent(owner, runId, isMetrics)
  await owner.stop(runId, 'after-step')
  assert.equal((await owner.whenEnded(runId)).status, 'stopped')
  const { vStarId } = readRun(owner.db, runId)
  const kept = readVStarEstimates(owner.db, vStarId ?? '').length
  assert.ok(kept > 0 && kept < problems, `${kept} kept`)
  const before = cluster.engine.begun.length
  await owner.resume(runId)
  assert.equal(await sha256Of(owner, runId), await whole(owner))
  assert.ok(cluster.engine.begun.length > before)
  assert.equal(new Set(cluster.engine.begun).size, cluster.engine.begun.length)
})

test('paused when all shards are, resumed, and one that is refused ends all with its error', async (t) => {
  const cluster = clusterOf(t)
  const owner = await testOwner(t, cluster.dataDir, cluster.setup)
  const runId = estimate(owner, { stepMs: 40 }, { shards: 3, shared: cluster.shared })
  owner.start(runId)
  await nextEvent(owner, runId, isMetrics)
  await owner.pause(runId, false)
  await until(() => readRun(owner.db, runId).status === 'paused')
  await owner.resume(runId)
  assert.equal(await sha256Of(owner, runId), await whole(owner))
  assert.deepEqual(
    codesOf(owner, runId).filter((code) => code.startsWith('run.')),
    ['run.started', 'run.paused', 'run.resumed', 'run.finished'],
  )
  const config = { stepMs: 5, misbehaves: { step: 15, how: 'throw' } } as const
  const failing = estimate(owner, config, { shards: 3, shared: cluster.shared })
  owner.start(failing)
  const { status, error } = await owner.whenEnded(failing)
  assert.equal(status, 'failed')
  assert.match(error?.message ?? '', /told to fail/)
})
