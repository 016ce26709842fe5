import assert from 'node:assert/strict'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { integrityProblems } from '../../../src/main/store/database.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import type { Owner } from '../../../src/main/owner/owner.ts'
import type { RunEvent } from '../../../src/shared/runs/runEvent.ts'
import { lockableFolder } from '../smallDisk.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { fakeRun, isStatus, nextEvent, testOwner } from './support/ownerFixtures.ts'

const isCheckpoint = (event: RunEvent): event is Extract<RunEvent, { type: 'checkpoint' }> =>
  event.type === 'checkpoint'
const isError = (event: RunEvent): event is Extract<RunEvent, { type: 'log' }> =>
  event.type === 'log' && event.level === 'error'

/** A run in the middle of its 150 steps, with a checkpoint every 5. */
async function runUnderWay(owner: Owner): Promise<string> {
  const { runId } = fakeRun(owner, { seed: 7, stepMs: 4, checkpointEvery: 5 }, { totalSteps: 150 })
  const saved = nextEvent(owner, runId, isCheckpoint)
  owner.start(runId)
  await saved
  return runId
}

/** Resumed, it ends with every step there once. */
async function assertEndsWhole(owner: Owner, runId: string): Promise<void> {
  await owner.resume(runId)
  const run = await owner.whenEnded(runId)
  assert.deepEqual([run.status, run.error], ['finished', null])
  const { step } = readSeries(owner.db, runId, 'loss/policy')
  assert.deepEqual(
    [...step],
    Array.from({ length: 150 }, (_, index) => index),
  )
  assert.deepEqual(integrityProblems(owner.db), [])
}

test('a data folder that becomes read-only under a run: the run fails with the way out, and goes on once it is mended', async (t) => {
  const { folder, makeReadOnly, makeWritable } = lockableFolder(t)
  const owner = await testOwner(t, folder)
  const runId = await runUnderWay(owner)
  makeReadOnly()
  const { status, error } = await owner.whenEnded(runId)
  assert.deepEqual([status, error?.code], ['failed', 'file.read-only'])
  assert.match(
    error?.message ?? '',
    /runs\/.*: .*(mounted for reading only \(EROFS\)\. Mount it|denies access to it \(EACCES\)\. Mend its permissions)/,
  )
  makeWritable()
  await assertEndsWhole(owner, runId)
})

test('a run’s folder that is replaced by a file: said in words, and the run goes on once it is back', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await testOwner(t, dataDir)
  const runId = await runUnderWay(owner)
  const folder = join(dataDir, 'runs', runId)
  renameSync(folder, join(dataDir, 'aside'))
  writeFileSync(folder, '')
  const { status, error } = await owner.whenEnded(runId)
  assert.deepEqual([status, error?.code], ['failed', 'file.no-folder'])
  assert.match(
    error?.message ?? '',
    /a folder on the way to it is a file, or was replaced by one \(ENOTDIR\)\. Put/,
  )
  rmSync(folder)
  renameSync(join(dataDir, 'aside'), folder)
  await assertEndsWhole(owner, runId)
})

test('a store that can no longer be written, not even with the run’s last word: told, and set right by resume', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const runId = await runUnderWay(owner)
  const said = nextEvent(owner, runId, isError)
  owner.db.pragma('query_only = 1') // SQLite refuses as it does on a disk that was made read-only
  await assert.rejects(owner.whenEnded(runId), { code: 'store.read-only' })
  const { code, message } = await said
  assert.equal(code, 'store.read-only')
  assert.match(message, /recheck\.db: the folder or the file cannot be written\. Mend its permissions/)
  await assert.rejects(owner.resume(runId), { code: 'store.read-only' })
  owner.db.pragma('query_only = 0')
  assert.equal(readRun(owner.db, runId).status, 'running', 'the row does not know yet')
  const interrupted = nextEvent(owner, runId, isStatus('interrupted'))
  await assertEndsWhole(owner, runId)
  await interrupted
})
