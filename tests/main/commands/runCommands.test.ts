import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import BetterSqlite3 from 'better-sqlite3'
import { register as registerBackup } from '../../../src/main/commands/backup.ts'
import { register as registerExport } from '../../../src/main/commands/export.ts'
import { register as registerRuns } from '../../../src/main/commands/runs.ts'
import { register as registerShow } from '../../../src/main/commands/show.ts'
import { register as registerStop } from '../../../src/main/commands/stop.ts'
import type { ProgressDisplay } from '../../../src/main/commands/progressDisplay.ts'
import { formatTime } from '../../../src/shared/text/format.ts'
import { formatTable } from '../../../src/shared/text/textTable.ts'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { openForReading, openForWriting } from '../../../src/main/store/database.ts'
import { migrate } from '../../../src/main/store/migrations.ts'
import { labelRun } from '../../../src/main/store/runs/runLabels.ts'
import { changeStatus, listRuns, readRun } from '../../../src/main/store/runs/runStore.ts'
import { plots } from '../../../src/shared/metrics/metrics.ts'
import { pictureSize } from '../../../src/shared/plots/pictureFrame.ts'
import { assertTextsApart, textBoxes } from '../../shared/plots/textBoxes.ts'
import { fakeRun, isMetrics, nextEvent, testOwner } from '../owner/support/ownerFixtures.ts'
import { addRun, metricsAt, temporaryFolder } from '../store/storeFixtures.ts'
import { commandFixture } from './commandFixture.ts'
import { recheck, smallStore } from './smallStore.ts'

test('runs: a table of those not archived, newest first; JSON with the latest metrics', async (t) => {
  const dataDir = smallStore(t)
  const text = await recheck(registerRuns, 'runs', '--data-dir', dataDir)
  assert.deepEqual(text.split('\n').slice(0, 2), [
    'run    name        status   test Acc@final  step  stage            training Acc@final  made',
    `run-1  name run-1  stopped  –               8/10  self-correction  0.6235              ${formatTime(1000)}`,
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

test('runs: the score on the test split with its interval; best first by the lower end of it', async (t) => {
  const dataDir = temporaryFolder(t)
  const db = openForWriting(dataDir)
  for (const [runId, score] of [
    ['demo', '{"step":80,"successes":810,"trials":1000}'],
    ['tiny', '{"step":6,"successes":27,"trials":32}'],
    ['none', null],
  ] as const) {
    addRun(db, runId)
    db.prepare('UPDATE run SET test_score = ? WHERE run_id = ?').run(score, runId)
  }
  db.close()
  const rows = async (...options: readonly string[]): Promise<string[]> =>
    (await recheck(registerRuns, 'runs', ...options, '--data-dir', dataDir)).trim().split('\n').slice(1)
  const ids = (lines: readonly string[]): string[] => lines.map((line) => line.split(' ')[0] ?? '')
  assert.deepEqual(ids(await rows()), ['none', 'tiny', 'demo'])
  const best = await rows('--sort', 'test')
  assert.deepEqual(ids(best), ['demo', 'tiny', 'none'])
  assert.match(best[0] ?? '', / 0\.810 \[0\.78, 0\.83\] of 1,000 /)
  assert.match(best[1] ?? '', / 0\.844 \[0\.68, 0\.93\] of 32 /)
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

test('stop: without an owner, a run in the queue is taken out of it, and one that has ended says so', async (t) => {
  const dataDir = smallStore(t)
  const db = openForWriting(dataDir)
  addRun(db, 'run-3')
  db.close()
  const text = await recheck(registerStop, 'stop', 'run-3', '--data-dir', dataDir)
  assert.equal(text, 'run-3 is stopped\n')
  await assert.rejects(recheck(registerStop, 'stop', 'run-1', '--data-dir', dataDir), {
    code: 'run.not-active',
    message: 'run run-1 is stopped; no process executes it.',
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
  assert.equal(step, 8, 'a step was stored after each of seven plots')
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

test('columns of a table have the same width', () => {
  assert.equal(formatTable(['a', 'long'], [['value', '1']]), 'a      long\nvalue  1')
})
