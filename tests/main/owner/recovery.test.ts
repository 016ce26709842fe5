import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Clock } from '../../../src/main/host/machine/clock.ts'
import { isAlive, markOf, type ProcessMark } from '../../../src/main/host/machine/processInfo.ts'
import { askOwner } from '../../../src/main/owner/processes/controlChannel.ts'
import { recoverRuns } from '../../../src/main/owner/recovery.ts'
import { readLog } from '../../../src/main/store/eventLog.ts'
import { integrityProblems, openForReading } from '../../../src/main/store/database.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { changeStatus, readRun, recordHeartbeat } from '../../../src/main/store/runs/runStore.ts'
import type { RunEvent } from '../../../src/shared/runs/runEvent.ts'
import { mountSmallDisk } from '../smallDisk.ts'
import { addRun, temporaryFolder, temporaryStore } from '../store/storeFixtures.ts'
import { fakeRun, isMetrics, nextEvent, testOwner } from './support/ownerFixtures.ts'
import { resumePoint } from '../../../src/main/wire/resumePoint.ts'

/** A process that would live on, started with these words. */
async function bystander(words: readonly string[]): Promise<ProcessMark & { end: () => void }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', ...words], {
    stdio: 'ignore',
  })
  await once(child, 'spawn')
  return { ...markOf(child.pid ?? 0), end: () => void child.kill('SIGKILL') }
}

const isError = (event: RunEvent): event is Extract<RunEvent, { type: 'log' }> =>
  event.type === 'log' && event.level === 'error'

async function gone(mark: ProcessMark): Promise<boolean> {
  for (let tries = 0; tries < 100 && isAlive(mark); tries++)
    await new Promise((resolve) => setTimeout(resolve, 20))
  return !isAlive(mark)
}

test('what a killed owner left is set right; an orphan is ended, a stranger with its id is not', async (t) => {
  const { db, dataDir } = temporaryStore(t)
  const orphan = await bystander(['--run', 'orphaned', '--data-dir', dataDir])
  const stranger = await bystander(['--run', 'someone else', '--data-dir', dataDir])
  // this store is then a copy: the run of the original, in its own folder, is at work
  const original = await bystander(['--run', 'copied', '--data-dir', '/the/original'])
  t.after(() => [orphan, stranger, original].forEach((process_) => process_.end()))
  for (const [runId, mark] of Object.entries({ orphaned: orphan, replaced: stranger, copied: original })) {
    addRun(db, runId)
    const { processId, processStartedAtMs } = mark
    changeStatus(db, runId, { status: 'running', process: { processId, processStartedAtMs }, nowMs: 10 })
    recordHeartbeat(db, runId, { nowMs: 5000, activeMs: 40 })
  }
  addRun(db, 'waiting')
  addRun(db, 'freed')
  changeStatus(db, 'freed', { status: 'running', process: { processId: 1, processStartedAtMs: 1 }, nowMs: 1 })
  changeStatus(db, 'freed', { status: 'paused', process: null, nowMs: 2 })

  const found = recoverRuns(db, dataDir, 99_000)
  assert.deepEqual(
    found.map((run) => [run.runId, run.status, run.endedAtMs, run.processId]),
    [
      ['orphaned', 'interrupted', 5000, null],
      ['replaced', 'interrupted', 5000, null],
      ['copied', 'interrupted', 5000, null],
    ],
  )
  assert.ok(await gone(orphan))
  assert.ok(isAlive(stranger) && isAlive(original))
  assert.deepEqual([readRun(db, 'waiting').status, readRun(db, 'freed').status], ['queued', 'paused'])
  const [entry] = readLog(db, 'orphaned', { after: 0, limit: 9 })
  assert.deepEqual([entry?.code, entry?.remedy], ['run.interrupted', resumePoint('self-correction', null)])
  assert.deepEqual(recoverRuns(db, dataDir, 99_000), [])
})

test('a clock set back an hour disturbs neither order nor durations nor the search for orphans', async (t) => {
  const dataDir = temporaryFolder(t)
  const time = { shiftMs: 0 }
  const clock: Clock = { nowMs: () => Date.now() + time.shiftMs, steadyMs: () => performance.now() }
  const owner = await testOwner(t, dataDir, { clock })
  const { runId } = fakeRun(owner, { stepMs: 5 }, { totalSteps: 60 })
  const moved = nextEvent(owner, runId, isMetrics)
  owner.start(runId)
  await moved
  time.shiftMs = -3_600_000
  const run = await owner.whenEnded(runId)
  assert.equal(run.status, 'finished')
  assert.ok(clock.nowMs() < (run.startedAtMs ?? 0), 'the clock did go back')
  assert.equal(run.endedAtMs, run.startedAtMs, 'and yet it did not end before it started')
  const { timeMs } = readSeries(owner.db, runId, 'loss/policy')
  assert.ok([...timeMs].every((ms, index) => index === 0 || ms > (timeMs[index - 1] ?? 0)))
  assert.ok(run.activeMs > 0 && run.activeMs < 60_000)
  const { processStartedAtMs } = markOf(process.pid)
  assert.ok(isAlive({ processId: process.pid, processStartedAtMs }))
})

test('the card of an owner that was killed does not keep the next one out, nor answer for it', async (t) => {
  const dataDir = temporaryFolder(t)
  const card = { processId: 4_000_000, address: 'http://127.0.0.1:1', control: join(dataDir, 'owner.sock') }
  writeFileSync(join(dataDir, 'owner.json'), JSON.stringify(card))
  writeFileSync(join(dataDir, 'owner.sock'), '')
  await assert.rejects(askOwner(dataDir, { command: 'resume', runId: 'a' }), { code: 'owner.none' })
  const owner = await testOwner(t, dataDir)
  await assert.rejects(askOwner(dataDir, { command: 'resume', runId: 'a' }), { code: 'run.unknown' })
  assert.deepEqual(owner.recovered, [])
})

test('a data folder with a long path has its control channel too', async (t) => {
  const dataDir = join(temporaryFolder(t), 'x'.repeat(120))
  const owner = await testOwner(t, dataDir)
  const { runId } = fakeRun(owner, {})
  await askOwner(dataDir, { command: 'stop', runId, when: 'now' })
  assert.equal(readRun(owner.db, runId).status, 'stopped')
})

test('while the disk is full a run waits, says so once, loses nothing, and goes on by itself', async (t) => {
  const disk = mountSmallDisk(t, 8_000_000)
  const dataDir = disk?.folder ?? temporaryFolder(t)
  const owner = await testOwner(t, dataDir)
  const setFull = (isFull: boolean): void => {
    if (disk) return isFull ? disk.fill() : disk.free()
    owner.db.pragma(
      `max_page_count = ${isFull ? Number(owner.db.pragma('page_count', { simple: true })) : 1e6}`,
    )
  }
  const { runId } = fakeRun(owner, { stepMs: 1, checkpointEvery: 10_000 }, { totalSteps: 1200 })
  const said: RunEvent[] = []
  owner.subscribe((_, event) => void (isError(event) && said.push(event)))
  const full = nextEvent(owner, runId, isError)
  const moved = nextEvent(owner, runId, isMetrics)
  owner.start(runId)
  await moved
  setFull(true)
  const event = await full
  assert.deepEqual([event.code, readRun(owner.db, runId).status], ['store.disk-full', 'running'])
  const stored = readSeries(owner.db, runId, 'loss/policy').step.length
  assert.ok(stored < 1200)
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.equal(readSeries(owner.db, runId, 'loss/policy').step.length, stored)
  setFull(false)
  const run = await owner.whenEnded(runId)
  assert.deepEqual([run.status, run.error], ['finished', null])
  const { step } = readSeries(owner.db, runId, 'loss/policy')
  assert.deepEqual(
    [...step],
    Array.from({ length: 1200 }, (_, index) => index),
  )
  assert.equal(said.length, 1)
  assert.deepEqual(integrityProblems(owner.db), [])
  assert.ok(openForReading(dataDir))
})
