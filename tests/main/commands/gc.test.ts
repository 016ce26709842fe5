import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { register as registerGc } from '../../../src/main/commands/gc.ts'
import { storeCheckpoint } from '../../../src/main/store/checkpointStore.ts'
import { openForReading, openForWriting } from '../../../src/main/store/database.ts'
import { deleteRun } from '../../../src/main/store/runs/runLabels.ts'
import { changeStatus, listRuns } from '../../../src/main/store/runs/runStore.ts'
import { fakeRun, isMetrics, nextEvent, testOwner } from '../owner/support/ownerFixtures.ts'
import { addRun, temporaryFolder } from '../store/storeFixtures.ts'
import { recheck, smallStore } from './smallStore.ts'

test('gc: says what would go, then takes it, and nothing else', async (t) => {
  const dataDir = smallStore(t)
  const db = openForWriting(dataDir)
  deleteRun(db, 'run-2', Date.now() - 31 * 86_400_000)
  addRun(db, 'run-3')
  changeStatus(db, 'run-3', { status: 'stopped', nowMs: 1 })
  deleteRun(db, 'run-3', Date.now())
  const gone = 'runs/run-1/checkpoints/step-00000004'
  storeCheckpoint(db, {
    checkpointId: 'c0',
    runId: 'run-1',
    step: 4,
    folder: gone,
    bytes: 1,
    sha256: 's',
    validation: null,
    createdAtMs: 1,
  })
  db.close()
  for (const folder of [
    'runs/run-1/checkpoints/step-00000002',
    'runs/run-1/checkpoints/.unfinished-x',
    'runs/run-0',
    'runs/run-2',
  ]) {
    mkdirSync(join(dataDir, folder), { recursive: true })
    writeFileSync(join(dataDir, folder, 'blob'), Buffer.alloc(1500))
  }
  const careful = await recheck(registerGc, 'gc', '--dry-run', '--data-dir', dataDir)
  assert.ok(careful.includes('kept: runs/run-0, of a run that the store does not know (--unknown-runs)'))
  assert.ok(careful.includes('4.4 KiB would be freed'))
  const garbage = [
    'deleted-run  run-2  1.5 KiB',
    'folder-without-run  runs/run-0  1.5 KiB',
    'unfinished  runs/run-1/checkpoints/.unfinished-x  1.5 KiB',
    'checkpoint-without-row  runs/run-1/checkpoints/step-00000002  1.5 KiB',
    'row-without-checkpoint  c0  0 B',
  ]
  const dry = await recheck(registerGc, 'gc', '--unknown-runs', '--dry-run', '--data-dir', dataDir)
  assert.deepEqual(dry.trim().split('\n'), [
    ...garbage,
    '5.9 KiB would be freed; nothing was changed (--dry-run)',
  ])
  assert.ok(existsSync(join(dataDir, 'runs/run-0')))
  const done = await recheck(registerGc, 'gc', '--unknown-runs', '--data-dir', dataDir)
  assert.deepEqual(done.split('\n').slice(0, 5), garbage)
  for (const folder of ['runs/run-0', 'runs/run-2', 'runs/run-1/checkpoints/.unfinished-x']) {
    assert.ok(!existsSync(join(dataDir, folder)), folder)
  }
  assert.ok(existsSync(join(dataDir, 'runs/run-1/checkpoints/step-00000008/blob')))
  const after = openForReading(dataDir)
  t.after(() => after?.close())
  assert.deepEqual(after && listRuns(after).map((run) => run.runId), ['run-1'])
  assert.deepEqual(after && listRuns(after, { deleted: true }).map((run) => run.runId), ['run-3'])
  const again = JSON.parse(await recheck(registerGc, 'gc', '--dry-run', '--json', '--data-dir', dataDir))
  assert.deepEqual(again, { dryRun: true, garbage: [], kept: [], bytes: 0 })
})

test('gc: where the folder is in use its owner does it, and leaves what a run at work is writing', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await testOwner(t, dataDir)
  const { runId } = fakeRun(owner, { stepMs: 10 }, { totalSteps: 5000 })
  const moved = nextEvent(owner, runId, isMetrics)
  owner.start(runId)
  await moved
  const gone = fakeRun(owner, {})
  await owner.stop(gone.runId, 'now')
  deleteRun(owner.db, gone.runId, 1)
  const folders = ['checkpoints/.unfinished-x', 'checkpoints/step-00009999'].map((name) =>
    join(dataDir, 'runs', runId, name),
  )
  for (const folder of folders) mkdirSync(folder, { recursive: true })
  const dry = JSON.parse(await recheck(registerGc, 'gc', '--dry-run', '--json', '--data-dir', dataDir))
  const found = [{ what: 'deleted-run', name: gone.runId, bytes: 0 }]
  assert.deepEqual(dry, { dryRun: true, garbage: found, kept: [], bytes: 0 })
  const done = JSON.parse(await recheck(registerGc, 'gc', '--json', '--data-dir', dataDir))
  assert.deepEqual([done.garbage, done.kept], [found, []])
  assert.deepEqual(listRuns(owner.db, { deleted: true }), [])
  assert.ok(folders.every((folder) => existsSync(folder)))
  await owner.stop(runId, 'now')
  await owner.whenEnded(runId)
})
