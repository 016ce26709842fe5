import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openOwner } from '../../../src/main/owner/openOwner.ts'
import type { Owner } from '../../../src/main/owner/owner.ts'
import { readLog } from '../../../src/main/store/eventLog.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { fakeRun, isMetrics, isStatus, nextEvent, ownerSetup, testOwner } from './support/ownerFixtures.ts'

/** What the log says of the run's status, in order. */
function notesOf(owner: Owner, runId: string): readonly string[] {
  return readLog(owner.db, runId, { after: 0, limit: 99 })
    .filter(({ code }) => code.startsWith('run.'))
    .map(({ level, code, message }) => `${level} ${code}: ${message}`)
}

const interrupted =
  'warning run.interrupted: The process that ran this is gone without a last word. Nothing stored is lost.'

test('the log says when a run started, paused, went on, finished and was given more steps, each once', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const { runId } = fakeRun(owner, { stepMs: 5 }, { totalSteps: 40 })
  const moved = nextEvent(owner, runId, isMetrics)
  owner.start(runId)
  await moved
  const paused = nextEvent(owner, runId, isStatus('paused'))
  await owner.pause(runId, false)
  await paused
  await owner.resume(runId)
  await owner.whenEnded(runId)
  owner.extend(runId, 4)
  await owner.whenEnded(runId)
  owner.extend(runId, 1)
  await owner.whenEnded(runId)
  assert.deepEqual(notesOf(owner, runId), [
    'info run.started: Started.',
    'info run.paused: Paused.',
    'info run.resumed: Resumed.',
    'info run.finished: Finished.',
    'info run.extended: Extended by 4 steps to 44.',
    'info run.resumed: Resumed.',
    'info run.finished: Finished.',
    'info run.extended: Extended by 1 step to 45.',
    'info run.resumed: Resumed.',
    'info run.finished: Finished.',
  ])
})

test('a paused run that is stopped is not said to go on; a freed device and a place in the queue are named', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const { runId } = fakeRun(owner, { stepMs: 5 }, { totalSteps: 300 })
  const waiting = fakeRun(owner, {})
  const moved = nextEvent(owner, runId, isMetrics)
  owner.start(runId)
  owner.start(waiting.runId)
  await moved
  await owner.stop(waiting.runId, 'now')
  assert.deepEqual(notesOf(owner, waiting.runId), ['info run.stopped: Taken out of the queue.'])
  const paused = nextEvent(owner, runId, isStatus('paused'))
  await owner.pause(runId, false)
  await paused
  await owner.stop(runId, 'after-step')
  await owner.whenEnded(runId)
  const running = nextEvent(owner, runId, isMetrics)
  await owner.resume(runId)
  await running
  await owner.pause(runId, true)
  await owner.whenEnded(runId)
  await owner.stop(runId, 'now')
  assert.deepEqual(notesOf(owner, runId), [
    'info run.started: Started.',
    'info run.paused: Paused.',
    'info run.stopped: Stopped.',
    'info run.resumed: Resumed.',
    'info run.paused: Paused; its device is free.',
    'info run.stopped: Stopped.',
  ])
})

test('after a kill of the owner the log goes on where it was: nothing is said twice, though steps are computed twice', async (t) => {
  const dataDir = temporaryFolder(t)
  const killed = await openOwner(ownerSetup(dataDir))
  const { runId } = fakeRun(killed, { stepMs: 5, checkpointEvery: 1000 }, { totalSteps: 60 })
  const moved = nextEvent(killed, runId, isMetrics)
  killed.start(runId)
  await moved
  await killed.close('abandon')
  const owner = await testOwner(t, dataDir)
  assert.deepEqual(notesOf(owner, runId), ['info run.started: Started.', interrupted])
  await owner.resume(runId)
  assert.equal((await owner.whenEnded(runId)).status, 'finished')
  assert.deepEqual(notesOf(owner, runId).slice(2), [
    'info run.resumed: Resumed.',
    'info run.finished: Finished.',
  ])
})

test('a run that fails has the error alone: no word of an end that was none', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const { runId } = fakeRun(owner, { misbehaves: { step: 2, how: 'throw' } })
  owner.start(runId)
  assert.equal((await owner.whenEnded(runId)).status, 'failed')
  assert.deepEqual(notesOf(owner, runId), ['info run.started: Started.'])
  const [last] = readLog(owner.db, runId, { after: 0, limit: 1 })
  assert.deepEqual([last?.level, last?.code], ['error', 'internal'])
})
