import assert from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { deletedBefore } from '../../../src/main/commands/gc.ts'
import { collectGarbage, planGarbage } from '../../../src/main/owner/collectGarbage.ts'
import { askOwner } from '../../../src/main/owner/processes/controlChannel.ts'
import { deleteRun, restoreRun } from '../../../src/main/store/runs/runLabels.ts'
import { findRun } from '../../../src/main/store/runs/findRun.ts'
import { changeStatus, readRun } from '../../../src/main/store/runs/runStore.ts'
import { addRun, temporaryFolder, temporaryStore } from '../store/storeFixtures.ts'
import { fakeRun, isMetrics, nextEvent, testOwner } from './support/ownerFixtures.ts'

test('a run of stage 1 is not extended: it has no steps, and what to do instead is said', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const { runId } = fakeRun(owner, {}, { stage: 'estimate-v-star', totalSteps: 3 })
  owner.start(runId)
  const finished = await owner.whenEnded(runId)
  assert.equal(finished.status, 'finished')
  assert.throws(() => owner.extend(runId, 4), {
    code: 'run.no-steps',
    message: /^run .+ is of stage 1: .+ no steps .+ start a new run with a larger data\.train\.$/,
  })
  assert.deepEqual(readRun(owner.db, runId), finished)
  await assert.rejects(owner.resume(runId), {
    code: 'run.finished',
    message: `run ${runId} is finished; train against its estimate: recheck train --v-star v-${runId}`,
  })
})

const deleted = {
  code: 'run.deleted',
  message: /was deleted\. .+ it can be restored .+ list of deleted runs/,
}

test('a deleted run neither starts nor goes on nor is extended, until it is restored', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await testOwner(t, dataDir)
  const finished = fakeRun(owner, {}, { totalSteps: 3 })
  owner.start(finished.runId)
  await owner.whenEnded(finished.runId)
  const stopped = fakeRun(owner, { stepMs: 5 }, { totalSteps: 40 })
  const moved = nextEvent(owner, stopped.runId, isMetrics)
  owner.start(stopped.runId)
  await moved
  await owner.stop(stopped.runId, 'after-step')
  await owner.whenEnded(stopped.runId)
  for (const { runId } of [finished, stopped]) deleteRun(owner.db, runId, 1)
  assert.throws(() => owner.extend(finished.runId, 2), deleted)
  await assert.rejects(owner.resume(stopped.runId), deleted)
  await assert.rejects(owner.resume(stopped.runId, { settings: {}, fromStep: 0 }), deleted)
  await assert.rejects(askOwner(dataDir, { command: 'resume', runId: stopped.runId }), deleted)
  assert.throws(() => findRun(owner.db, stopped.runId.slice(-6)), deleted)
  assert.equal(readRun(owner.db, stopped.runId).status, 'stopped')
  restoreRun(owner.db, stopped.runId)
  await owner.resume(stopped.runId)
  assert.equal((await owner.whenEnded(stopped.runId)).status, 'finished')
})

test('a run that was deleted and stands in the queue, as earlier versions allowed, is left there', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const { runId } = fakeRun(owner, {}, { totalSteps: 3 })
  owner.db.prepare('UPDATE run SET deleted_at_ms = 1 WHERE run_id = ?').run(runId)
  owner.startQueued()
  assert.throws(() => owner.start(runId), deleted)
  assert.equal(readRun(owner.db, runId).status, 'queued')
})

test('gc leaves a run that is queued, running or paused where it is, whenever it was deleted', (t) => {
  const { db, dataDir } = temporaryStore(t)
  const statuses = ['queued', 'running', 'paused', 'stopped'] as const
  for (const status of statuses) {
    addRun(db, status)
    mkdirSync(join(dataDir, 'runs', status), { recursive: true })
    if (status !== 'queued') changeStatus(db, status, { status: 'running', nowMs: 1 })
    if (status === 'paused' || status === 'stopped') changeStatus(db, status, { status, nowMs: 2 })
    db.prepare('UPDATE run SET deleted_at_ms = 3 WHERE run_id = ?').run(status)
  }
  const plan = planGarbage(db, dataDir, { deletedBeforeMs: 99, unknownRuns: true })
  assert.deepEqual(
    plan.garbage.map(({ what, name }) => `${what} ${name}`),
    ['deleted-run stopped'],
  )
  collectGarbage(db, dataDir, plan)
  assert.deepEqual(
    statuses.map((status) => existsSync(join(dataDir, 'runs', status))),
    [true, true, true, false],
  )
  assert.equal(readRun(db, 'paused').status, 'paused')
})

test('gc of all deleted runs takes one that was deleted when the clock was ahead; gc of older ones leaves it', (t) => {
  const { db, dataDir } = temporaryStore(t)
  const nowMs = Date.UTC(2026, 10, 27)
  for (const [runId, deletedAtMs] of [
    ['ahead', Date.UTC(2031, 0, 1)],
    ['now', nowMs],
    ['old', Date.UTC(2026, 8, 1)],
  ] as const) {
    addRun(db, runId)
    changeStatus(db, runId, { status: 'running', nowMs: 1 })
    changeStatus(db, runId, { status: 'stopped', nowMs: 2 })
    db.prepare('UPDATE run SET deleted_at_ms = ? WHERE run_id = ?').run(deletedAtMs, runId)
  }
  const erased = (days: number): string[] =>
    planGarbage(db, dataDir, { deletedBeforeMs: deletedBefore(days, nowMs), unknownRuns: false })
      .garbage.map(({ name }) => name)
      .sort()
  assert.deepEqual(erased(30), ['old'])
  assert.deepEqual(erased(0), ['ahead', 'now', 'old'])
})
