import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { register as registerExport } from '../../../src/main/commands/export.ts'
import { register as registerImport } from '../../../src/main/commands/importRuns.ts'
import { register as registerResume } from '../../../src/main/commands/resume.ts'
import { register as registerRuns } from '../../../src/main/commands/runs.ts'
import { systemClock } from '../../../src/main/host/machine/clock.ts'
import { openOwner } from '../../../src/main/owner/openOwner.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { readLog } from '../../../src/main/store/eventLog.ts'
import { openForWriting } from '../../../src/main/store/database.ts'
import { storeImportedRuns } from '../../../src/main/store/runs/importedRunStore.ts'
import { deleteRun, eraseRun } from '../../../src/main/store/runs/runLabels.ts'
import { changeStatus, readRun } from '../../../src/main/store/runs/runStore.ts'
import type { ImportedRun } from '../../../src/shared/runs/imports/importedRun.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { recheck } from './smallStore.ts'

const fixtures = join(import.meta.dirname, '../../fixtures/imports')

interface Told {
  readonly runs: readonly { readonly runId: string; readonly state: string; readonly points: number }[]
}

test('import-runs: listed, exported, the same run when it is read again, and never resumed', async (t) => {
  const dataDir = temporaryFolder(t)
  const history = join(fixtures, 'wandb-history.csv')
  const first = JSON.parse(
    await recheck(registerImport, 'import-runs', history, '--data-dir', dataDir, '--json'),
  ) as Told
  const runId = first.runs[0]?.runId ?? ''
  assert.deepEqual(
    first.runs.map(({ state, points }) => [state, points]),
    [['new', 5]],
  )
  const text = await recheck(registerImport, 'import-runs', history, '--data-dir', dataDir)
  assert.match(text, new RegExp(`^${runId}  wandb-history: 5 points of 2 metrics from W&B; imported before`))
  assert.match(
    await recheck(registerRuns, 'runs', '--data-dir', dataDir),
    /wandb-history +finished .* imported/,
  )
  const out = join(dataDir, 'out')
  await recheck(registerExport, 'export', runId, '--out', out, '--data-dir', dataDir)
  assert.match(readFileSync(join(out, 'metrics.csv'), 'utf8'), /,loss,2,2000,0,0,2\n/)
  await assert.rejects(recheck(registerResume, 'resume', runId, '--data-dir', dataDir), {
    code: 'run.imported',
  })
})

test('a path that is not there makes no data folder', async (t) => {
  const dataDir = join(temporaryFolder(t), 'none')
  await assert.rejects(recheck(registerImport, 'import-runs', 'gone.csv', '--data-dir', dataDir), {
    code: 'file.missing',
  })
  assert.throws(() => readFileSync(join(dataDir, 'recheck.db')), { code: 'ENOENT' })
})

function longRun(): ImportedRun {
  const step = Float64Array.from({ length: 1500 }, (_, index) => index * 3)
  const series = [
    { name: 'my/loss', step, timeMs: step.map((each) => each * 10), value: step.map(Math.sqrt) },
  ]
  return {
    name: 'long',
    format: 'table',
    config: '{"lr":1}',
    startedAtMs: 1000,
    series,
    fingerprint: 'f',
    notes: ['odd.'],
  }
}

test('a long series is packed as those of own runs are, and read point by point', (t) => {
  const db = openForWriting(temporaryFolder(t))
  t.after(() => db.close())
  const store = () =>
    storeImportedRuns(db, [longRun()], { newRunId: () => 'run-1', source: 'x.csv', nowMs: 5 })
  assert.deepEqual(
    store().map(({ state }) => state),
    ['new'],
  )
  assert.deepEqual(readSeries(db, 'run-1', 'my/loss').value, longRun().series[0]?.value)
  assert.deepEqual(
    readSeries(db, 'run-1', 'my/loss', 4400).step,
    Float64Array.from({ length: 33 }, (_, index) => 4401 + 3 * index),
  )
  assert.equal(db.prepare('SELECT count(*) FROM metric_chunk').pluck().get(), 2)
  const run = readRun(db, 'run-1')
  assert.deepEqual(
    [run.stage, run.status, run.step, run.createdAtMs, run.activeMs],
    ['imported', 'finished', 4497, 1000, 44_970],
  )
  assert.deepEqual(
    readLog(db, 'run-1', { after: 0, limit: 9 }).map(({ code }) => code),
    ['run.imported', 'import.note'],
  )
  deleteRun(db, 'run-1', 9)
  assert.deepEqual(
    store().map(({ state }) => state),
    ['restored'],
  )
  assert.equal(readRun(db, 'run-1').deletedAtMs, null)
  eraseRun(db, 'run-1')
  assert.deepEqual(
    store().map(({ state }) => state),
    ['new'],
  )
})

test('an imported run is never started, resumed, extended or given a status', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await openOwner({
    dataDir,
    clock: systemClock,
    address: 'test',
    program: { nodePath: process.execPath, workerPath: 'none', environment: {} },
    termsOf: () => {
      throw new Error('never asked')
    },
  })
  t.after(() => owner.close('now'))
  storeImportedRuns(owner.db, [longRun()], { newRunId: () => 'run-1', source: 'x.csv', nowMs: 5 })
  assert.throws(() => owner.start('run-1'), { code: 'run.not-queued' })
  assert.throws(() => owner.extend('run-1', 5), { code: 'run.imported' })
  assert.throws(() => changeStatus(owner.db, 'run-1', { status: 'queued', nowMs: 6 }), {
    code: 'run.imported',
  })
  assert.throws(() => owner.workshop.evaluations.start({ runId: 'run-1', step: 0, samples: null }), {
    code: 'run.imported',
  })
  await assert.rejects(owner.resume('run-1'), { code: 'run.imported' })
  await assert.rejects(owner.pause('run-1', false), { code: 'run.not-active' })
})
