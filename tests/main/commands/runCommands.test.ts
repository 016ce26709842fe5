import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import BetterSqlite3 from 'better-sqlite3'
import type { Register } from '../../../src/main/commands/command.ts'
import { register as registerBackup } from '../../../src/main/commands/backup.ts'
import { register as registerExport } from '../../../src/main/commands/export.ts'
import { register as registerGc } from '../../../src/main/commands/gc.ts'
import { register as registerRuns } from '../../../src/main/commands/runs.ts'
import { register as registerShow } from '../../../src/main/commands/show.ts'
import { register as registerStop } from '../../../src/main/commands/stop.ts'
import type { ProgressDisplay } from '../../../src/main/commands/progressDisplay.ts'
import { formatTime } from '../../../src/shared/format.ts'
import { formatTable } from '../../../src/main/commands/runText.ts'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { storeCheckpoint } from '../../../src/main/store/checkpointStore.ts'
import { openForReading, openForWriting } from '../../../src/main/store/database.ts'
import { appendLog } from '../../../src/main/store/eventLog.ts'
import { migrate } from '../../../src/main/store/migrations.ts'
import { deleteRun, labelRun } from '../../../src/main/store/runLabels.ts'
import { changeStatus, listRuns, readRun } from '../../../src/main/store/runStore.ts'
import { plots } from '../../../src/shared/metrics/metrics.ts'
import { pictureSize } from '../../../src/shared/plots/pictureFrame.ts'
import { assertTextsApart, textBoxes } from '../../shared/plots/textBoxes.ts'
import { fakeRun, isMetrics, nextEvent, testOwner } from '../owner/ownerFixtures.ts'
import { addRun, metricsAt, temporaryFolder } from '../store/storeFixtures.ts'
import { commandFixture } from './commandFixture.ts'

async function recheck(register: Register, ...args: readonly string[]): Promise<string> {
  const fixture = commandFixture()
  register(fixture.program, fixture.context)
  await fixture.program.parseAsync([...args], { from: 'user' })
  return fixture.stdout()
}

/** Two stopped runs with a little of everything. */
function smallStore(t: TestContext): string {
  const dataDir = temporaryFolder(t)
  const db = openForWriting(dataDir)
  for (const runId of ['run-1', 'run-2']) {
    addRun(db, runId, { name: `name ${runId}`, tags: ['demo'], config: '{"seed":4}' })
    openBatchWriter(db, runId).store(
      { runId, sequence: 1, events: [metricsAt(7, { 'accuracy/final': 0.62347 })] },
      1,
    )
    changeStatus(db, runId, { status: 'stopped', nowMs: 3000 })
  }
  const folder = 'runs/run-1/checkpoints/step-00000008'
  mkdirSync(join(dataDir, folder), { recursive: true })
  writeFileSync(join(dataDir, folder, 'blob'), Buffer.alloc(2000))
  storeCheckpoint(db, {
    checkpointId: 'c1',
    runId: 'run-1',
    step: 8,
    folder,
    bytes: 2000,
    sha256: 's',
    validation: 0.6,
    createdAtMs: 1,
  })
  appendLog(db, {
    runId: 'run-1',
    atMs: 0,
    level: 'warning',
    code: 'c',
    message: 'It is odd.',
    remedy: 'Do this.',
  })
  labelRun(db, 'run-2', { archived: true })
  db.close()
  return dataDir
}

test('runs: a table of those not archived, newest first; JSON with the latest metrics', async (t) => {
  const dataDir = smallStore(t)
  const text = await recheck(registerRuns, 'runs', '--data-dir', dataDir)
  assert.deepEqual(text.split('\n').slice(0, 2), [
    'run    name        stage            status   step  Acc@final  made',
    `run-1  name run-1  self-correction  stopped  8/10  0.6235     ${formatTime(1000)}`,
  ])
  const { runs, total } = JSON.parse(
    await recheck(registerRuns, 'runs', '--all', '--limit', '1', '--json', '--data-dir', dataDir),
  )
  assert.equal(total, 2)
  assert.deepEqual([runs.length, runs[0].runId, runs[0].latest], [1, 'run-2', { 'accuracy/final': 0.62347 }])
  const none = await recheck(registerRuns, 'runs', '--status', 'failed', '--data-dir', dataDir)
  assert.match(none, /^No such runs\./)
  await assert.rejects(recheck(registerRuns, 'runs', '--status', 'done', '--data-dir', dataDir), {
    code: 'usage.invalid',
  })
})

test('runs: a folder without a store says how to get one; a store of an older version is brought up to date', async (t) => {
  const dataDir = temporaryFolder(t)
  await assert.rejects(recheck(registerRuns, 'runs', '--data-dir', dataDir), {
    code: 'store.none',
    message: /holds no runs yet\. "npm run demo" makes the first one/,
  })
  assert.ok(!existsSync(join(dataDir, 'recheck.db')))
  const old = new BetterSqlite3(join(dataDir, 'recheck.db'))
  migrate(old, 1)
  old.close()
  assert.match(await recheck(registerRuns, 'runs', '--data-dir', dataDir), /^No such runs/)
})

test('runs: a run whose process is gone stands as interrupted', async (t) => {
  const dataDir = smallStore(t)
  const db = openForWriting(dataDir)
  addRun(db, 'run-3')
  changeStatus(db, 'run-3', { status: 'running', process: { processId: 1, processStartedAtMs: 1 }, nowMs: 1 })
  db.close()
  assert.match(await recheck(registerRuns, 'runs', '--data-dir', dataDir), /run-3 .* interrupted/)
})

test('show: state, metrics with their words, checkpoints and events with the remedy', async (t) => {
  const dataDir = smallStore(t)
  const text = await recheck(registerShow, 'show', 'name run-1', '--data-dir', dataDir)
  for (const line of [
    /^run {5}run-1$/m,
    /^status {2}stopped$/m,
    /^accuracy\/final {2}0\.6235 .*Acc@final$/m,
    /^8 {11}2\.0 KiB {2}0\.6 {9}runs\/run-1\/checkpoints\/step-00000008$/m,
    /warning: It is odd\.\n {2}Do this\.$/m,
  ]) {
    assert.match(text, line)
  }
  const shown = JSON.parse(await recheck(registerShow, 'show', 'run-1', '--json', '--data-dir', dataDir))
  assert.deepEqual(
    [shown.config, shown.checkpoints[0].step, shown.events[0].remedy],
    [{ seed: 4 }, 8, 'Do this.'],
  )
  await assert.rejects(recheck(registerShow, 'show', 'run-9', '--data-dir', dataDir), { code: 'run.unknown' })
})

test('stop: reaches a run of another owner and waits for its end', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await testOwner(t, dataDir)
  const { runId } = fakeRun(owner, { stepMs: 10 }, { totalSteps: 2000, name: 'long' })
  const moved = nextEvent(owner, runId, isMetrics)
  owner.start(runId)
  await moved
  const text = await recheck(registerStop, 'stop', 'long', '--wait', '--data-dir', dataDir)
  assert.equal(text, `${runId} is stopped\n`)
  assert.equal(readRun(owner.db, runId).status, 'stopped')
  await assert.rejects(recheck(registerStop, 'stop', 'long', '--now', '--data-dir', dataDir), {
    code: 'run.not-active',
  })
})

test('stop: without an owner there is nothing to stop', async (t) => {
  await assert.rejects(recheck(registerStop, 'stop', 'run-1', '--data-dir', smallStore(t)), {
    code: 'owner.none',
    message: /no Recheck process owns .*: no run of it is active/,
  })
})

test('backup: a sound copy while a run writes; nothing is overwritten', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await testOwner(t, dataDir)
  const { runId } = fakeRun(owner, { stepMs: 5 }, { totalSteps: 5000 })
  const moved = nextEvent(owner, runId, isMetrics)
  owner.start(runId)
  await moved
  const target = temporaryFolder(t)
  const file = join(target, 'recheck.db')
  const text = await recheck(registerBackup, 'backup', file, '--data-dir', dataDir)
  assert.match(text, /recheck\.db: \d+ KiB, checked\. To restore, put it in place of recheck\.db/)
  const copy = openForReading(target)
  t.after(() => copy?.close())
  const [run] = copy === null ? [] : listRuns(copy)
  assert.deepEqual([run?.runId, run?.status], [runId, 'running'])
  await assert.rejects(recheck(registerBackup, 'backup', file, '--data-dir', dataDir), {
    code: 'backup.exists',
    message: /recheck\.db exists already; choose another name, nothing is overwritten/,
  })
  await owner.stop(runId, 'now')
  await owner.whenEnded(runId)
})

test('export: plots and table are of one moment, however far the run gets meanwhile', async (t) => {
  const dataDir = temporaryFolder(t)
  const db = openForWriting(dataDir)
  t.after(() => db.close())
  addRun(db, 'run-1')
  const writer = openBatchWriter(db, 'run-1')
  const storeStep = (step: number): void => {
    const events = [metricsAt(step, { 'accuracy/final': step / 10, 'loss/policy': -step })]
    writer.store({ runId: 'run-1', sequence: step, events }, 0)
  }
  storeStep(1)
  const fixture = commandFixture()
  let step = 1
  const openProgress = (): ProgressDisplay => ({ update: () => storeStep(++step), stop: () => undefined })
  registerExport(fixture.program, { ...fixture.context, openProgress })
  const out = join(dataDir, 'out')
  await fixture.program.parseAsync(['export', 'run-1', '--out', out, '--data-dir', dataDir], { from: 'user' })
  assert.equal(step, 7, 'a step was stored after each plot')
  const [, ...rows] = readFileSync(join(out, 'metrics.csv'), 'utf8').trim().split('\n')
  assert.deepEqual(
    rows.map((row) => row.split(',').slice(3, 5).join(' ')),
    ['accuracy/final 1', 'loss/policy 1'],
  )
})

test('export: the name of a run, however long, is whole in every picture and lies upon nothing', async (t) => {
  const dataDir = temporaryFolder(t)
  const db = openForWriting(dataDir)
  t.after(() => db.close())
  addRun(db, 'run-1')
  const name = 'balanced verdict reward, '.repeat(8).slice(0, 190) + ' seed 3'
  labelRun(db, 'run-1', { name })
  const events = [0, 1, 2].map((step) =>
    metricsAt(step, { 'accuracy/final': step / 10, 'loss/policy': step }),
  )
  openBatchWriter(db, 'run-1').store({ runId: 'run-1', sequence: 1, events }, 0)
  const fixture = commandFixture()
  registerExport(fixture.program, fixture.context)
  const out = join(dataDir, 'out')
  await fixture.program.parseAsync(['export', 'run-1', '--out', out, '--data-dir', dataDir], { from: 'user' })
  for (const { id } of plots) {
    const svg = readFileSync(join(out, `${id}.svg`), 'utf8')
    assertTextsApart(svg, pictureSize)
    const said = textBoxes(svg).map(({ text }) => text)
    assert.ok(said.join(' ').includes(`${name} · run-1 · config `), id)
  }
})

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

test('gc: leaves a folder that is in use alone', async (t) => {
  const dataDir = temporaryFolder(t)
  await testOwner(t, dataDir)
  await assert.rejects(recheck(registerGc, 'gc', '--data-dir', dataDir), { code: 'owner.busy' })
})

test('columns of a table have the same width', () => {
  assert.equal(formatTable(['a', 'long'], [['value', '1']]), 'a      long\nvalue  1')
})
