import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { askOwner } from '../../../src/main/owner/processes/controlChannel.ts'
import { readOwnerCard } from '../../../src/main/owner/ownership.ts'
import { openOwner } from '../../../src/main/owner/openOwner.ts'
import { isAlive } from '../../../src/main/host/machine/processInfo.ts'
import { readCheckpoints } from '../../../src/main/store/checkpointStore.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { readVStarEstimates } from '../../../src/main/store/vStarStore.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { estimateOf } from './support/fakeJob.ts'
import { fakeRun, isMetrics, isStatus, nextEvent, ownerSetup, testOwner } from './support/ownerFixtures.ts'

test('a run goes from queued to finished, everything it said is stored, and only what retention keeps remains', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await testOwner(t, dataDir)
  const { runId } = fakeRun(owner, {}, { totalSteps: 45 })
  const running = nextEvent(owner, runId, isStatus('running'))
  owner.start(runId)
  await running
  const { processId, processStartedAtMs } = readRun(owner.db, runId)
  assert.ok(processId !== null && isAlive({ processId, processStartedAtMs }))
  const run = await owner.whenEnded(runId)
  assert.deepEqual(
    [run.status, run.error, run.step, run.device, run.processId],
    ['finished', null, 44, 'none', null],
  )
  assert.deepEqual(
    [...readSeries(owner.db, runId, 'loss/policy').step],
    Array.from({ length: 45 }, (_, step) => step),
  )
  assert.ok(run.activeMs >= 45 * 2, `45 steps of 2 ms took ${run.activeMs} ms`)
  assert.deepEqual(
    readCheckpoints(owner.db, runId).map((checkpoint) => checkpoint.step),
    [45, 40],
  )
  const folders = readdirSync(join(dataDir, 'runs', runId, 'checkpoints'))
  assert.deepEqual(
    folders.map((name) => name.slice(0, 13)),
    ['step-00000040', 'step-00000045'],
  )
})

test('a finished run is extended and goes on where it was: the same numbers as one that was longer from the start', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const short = fakeRun(owner, { seed: 5 }, { totalSteps: 13 })
  owner.start(short.runId)
  await owner.whenEnded(short.runId)
  await assert.rejects(owner.resume(short.runId), { code: 'run.finished' })
  owner.extend(short.runId, 17)
  assert.equal((await owner.whenEnded(short.runId)).totalSteps, 30)
  const long = fakeRun(owner, { seed: 5 }, { totalSteps: 30 })
  owner.start(long.runId)
  await owner.whenEnded(long.runId)
  const lossOf = (runId: string): Float64Array => readSeries(owner.db, runId, 'loss/policy').value
  assert.deepEqual(lossOf(short.runId), lossOf(long.runId))
  assert.equal(lossOf(long.runId).length, 30)
})

test('stop after this step writes a checkpoint and resume goes on from it', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await testOwner(t, dataDir)
  const { runId } = fakeRun(owner, { checkpointEvery: 1000, stepMs: 10 }, { totalSteps: 60 })
  const moved = nextEvent(owner, runId, isMetrics)
  owner.start(runId)
  await moved
  await askOwner(dataDir, { command: 'stop', runId, when: 'after-step' })
  const stopped = await owner.whenEnded(runId)
  assert.equal(stopped.status, 'stopped')
  const [checkpoint] = readCheckpoints(owner.db, runId)
  assert.equal(checkpoint?.step, stopped.step + 1)
  const before = stopped.activeMs
  await askOwner(dataDir, { command: 'resume', runId })
  const finished = await owner.whenEnded(runId)
  assert.deepEqual([finished.status, finished.step], ['finished', 59])
  const { step, timeMs } = readSeries(owner.db, runId, 'loss/policy')
  assert.deepEqual(
    [...step],
    Array.from({ length: 60 }, (_, index) => index),
  )
  assert.ok(
    [...timeMs].every((time, index) => index === 0 || time > (timeMs[index - 1] ?? 0)),
    'active time grows',
  )
  assert.ok((timeMs[stopped.step + 1] ?? 0) >= before, 'no seam in time')
  await assert.rejects(askOwner(dataDir, { command: 'stop', runId, when: 'now' }), { code: 'run.not-active' })
})

test('stop now ends even a trainer that does not listen', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const misbehaves = { step: 3, how: 'block' } as const
  const { runId } = fakeRun(owner, { misbehaves })
  const moved = nextEvent(owner, runId, isMetrics)
  owner.start(runId)
  await moved
  await owner.stop(runId, 'now')
  const run = await owner.whenEnded(runId)
  assert.deepEqual([run.status, run.error], ['stopped', null])
})

test('pause keeps the process and its time stands still; resume lets it go on', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const { runId } = fakeRun(owner, { stepMs: 5 }, { totalSteps: 60 })
  const moved = nextEvent(owner, runId, isMetrics)
  owner.start(runId)
  await moved
  const paused = nextEvent(owner, runId, isStatus('paused'))
  await owner.pause(runId, false)
  await paused
  const atPause = readRun(owner.db, runId)
  assert.equal(readSeries(owner.db, runId, 'loss/policy').step.length, atPause.step + 1)
  assert.ok(atPause.processId !== null)
  await new Promise((resolve) => setTimeout(resolve, 400))
  assert.equal(readRun(owner.db, runId).step, atPause.step)
  await owner.resume(runId)
  const run = await owner.whenEnded(runId)
  assert.equal(run.status, 'finished')
  const { timeMs } = readSeries(owner.db, runId, 'loss/policy')
  const gap = (timeMs[atPause.step + 1] ?? 0) - (timeMs[atPause.step] ?? 0)
  assert.ok(gap < 300, `the 400 ms of the pause are not active time (gap ${gap} ms)`)
})

test('a paused run is stopped, and writes its checkpoint first', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const { runId } = fakeRun(owner, { stepMs: 5, checkpointEvery: 1000 }, { totalSteps: 300 })
  const moved = nextEvent(owner, runId, isMetrics)
  owner.start(runId)
  await moved
  const paused = nextEvent(owner, runId, isStatus('paused'))
  await owner.pause(runId, false)
  await paused
  await owner.stop(runId, 'after-step')
  const run = await owner.whenEnded(runId)
  assert.equal(run.status, 'stopped')
  assert.equal(readCheckpoints(owner.db, runId)[0]?.step, run.step + 1)
})

test('pause frees the device on request; the next run starts, and the paused one waits for it in the queue', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const first = fakeRun(owner, { stepMs: 5, checkpointEvery: 1000 }, { totalSteps: 50 })
  const second = fakeRun(owner, { stepMs: 5 }, { totalSteps: 30 })
  const order: string[] = []
  owner.subscribe((runId, event) => {
    if (event.type === 'status') order.push(`${runId === first.runId ? 'first' : 'second'} ${event.status}`)
  })
  const moved = nextEvent(owner, first.runId, isMetrics)
  owner.start(first.runId)
  owner.start(second.runId)
  await moved
  assert.equal(readRun(owner.db, second.runId).status, 'queued')
  const secondRuns = nextEvent(owner, second.runId, isStatus('running'))
  await owner.pause(first.runId, true)
  await secondRuns
  assert.equal(readRun(owner.db, first.runId).processId, null)
  await owner.resume(first.runId)
  assert.equal(readRun(owner.db, first.runId).status, 'queued')
  await owner.whenEnded(second.runId)
  await owner.whenEnded(first.runId)
  assert.deepEqual(order, [
    'first running',
    'first paused',
    'second running',
    'first queued',
    'second finished',
    'first running',
    'first finished',
  ])
})

test('a queued run is stopped without ever being a process', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const first = fakeRun(owner, {}, { totalSteps: 10 })
  const second = fakeRun(owner, {})
  owner.start(first.runId)
  owner.start(second.runId)
  await owner.stop(second.runId, 'after-step')
  await owner.whenEnded(first.runId)
  const run = readRun(owner.db, second.runId)
  assert.deepEqual([run.status, run.startedAtMs], ['stopped', null])
})

test('a run that a killed owner left in the queue is resumed; one that waits for its turn goes on waiting', async (t) => {
  const dataDir = temporaryFolder(t)
  const killed = await openOwner(ownerSetup(dataDir))
  const { runId } = fakeRun(killed, {}, { totalSteps: 5 })
  await killed.close('abandon')
  const owner = await testOwner(t, dataDir)
  assert.equal(readRun(owner.db, runId).status, 'queued')
  const first = fakeRun(owner, {}, { totalSteps: 20 })
  owner.start(first.runId)
  await owner.resume(runId)
  await owner.resume(runId)
  await assert.rejects(owner.resume(runId, { settings: {}, fromStep: 0 }), { code: 'run.active' })
  assert.deepEqual((await owner.whenEnded(first.runId)).status, 'finished')
  assert.deepEqual((await owner.whenEnded(runId)).status, 'finished')
})

test('stage 1 stopped between two problems goes on with the next one', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const { runId } = fakeRun(owner, { seed: 3 }, { stage: 'estimate-v-star', totalSteps: 300 })
  const moved = nextEvent(owner, runId, (event) => event.type === 'vStar')
  owner.start(runId)
  await moved
  await owner.stop(runId, 'after-step')
  const stopped = await owner.whenEnded(runId)
  const sampled = readVStarEstimates(owner.db, stopped.vStarId ?? '').length
  assert.ok(sampled > 0 && sampled < 300, `${sampled} of 300 problems sampled`)
  await owner.resume(runId)
  await owner.whenEnded(runId)
  assert.deepEqual(
    readVStarEstimates(owner.db, `v-${runId}`),
    Array.from({ length: 300 }, (_, index) => estimateOf(index, 3)),
  )
})

test('a second owner is refused with the first one’s process and address, and leaves it unharmed', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await testOwner(t, dataDir, { address: 'http://127.0.0.1:4100' })
  await assert.rejects(openOwner(ownerSetup(dataDir)), {
    code: 'owner.busy',
    message: `${dataDir} belongs to process ${process.pid} (http://127.0.0.1:4100). Use that one, end it, or choose another folder with --data-dir.`,
  })
  assert.equal(readOwnerCard(dataDir)?.processId, process.pid)
  const { runId } = fakeRun(owner, {}, { totalSteps: 3 })
  owner.start(runId)
  assert.equal((await owner.whenEnded(runId)).status, 'finished')
})

test('after it has closed, an owner leaves the folder to the next and nothing to ask', async (t) => {
  const dataDir = temporaryFolder(t)
  const first = await openOwner(ownerSetup(dataDir))
  const { runId } = fakeRun(first, { stepMs: 10, checkpointEvery: 1000 }, { totalSteps: 500 })
  const moved = nextEvent(first, runId, isMetrics)
  first.start(runId)
  await moved
  await first.close('after-step')
  assert.equal(readOwnerCard(dataDir), null)
  await assert.rejects(askOwner(dataDir, { command: 'stop', runId, when: 'now' }), { code: 'owner.none' })
  const second = await testOwner(t, dataDir)
  assert.equal(readRun(second.db, runId).status, 'stopped')
  assert.deepEqual(second.recovered, [])
  const manifest = join(dataDir, readCheckpoints(second.db, runId)[0]?.folder ?? '', 'checkpoint.json')
  assert.match(await readFile(manifest, 'utf8'), new RegExp(runId))
})
