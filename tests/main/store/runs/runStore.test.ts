import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBatchWriter } from '../../../../src/main/store/batchStore.ts'
import type { Database } from '../../../../src/main/store/database.ts'
import { appendLog } from '../../../../src/main/store/eventLog.ts'
import { deleteRun, eraseRun, labelRun, restoreRun } from '../../../../src/main/store/runs/runLabels.ts'
import {
  changeStatus,
  listRuns,
  readRun,
  recordHeartbeat,
  runsWithStatus,
} from '../../../../src/main/store/runs/runStore.ts'
import { storeVStar, storeVStarEstimates } from '../../../../src/main/store/vStarStore.ts'
import { estimateOf } from '../../owner/support/fakeJob.ts'
import { addRun, metricsAt, rollout, temporaryStore } from '../storeFixtures.ts'

test('a run is a queued row first, and the row keeps its whole config', (t) => {
  const { db } = temporaryStore(t)
  addRun(db, 'a', { tags: ['zeta', 'alpha', 'alpha'], notes: 'why', group: 'g', config: '{"seed":3}' })
  const run = readRun(db, 'a')
  assert.equal(run.status, 'queued')
  assert.deepEqual(run.tags, ['alpha', 'zeta'])
  assert.deepEqual([run.notes, run.group, run.config, run.createdAtMs], ['why', 'g', '{"seed":3}', 1000])
  assert.deepEqual([run.startedAtMs, run.processId, run.error, run.latest], [null, null, null, {}])
})

test('a status brings its process, start, end and error with it', (t) => {
  const { db } = temporaryStore(t)
  addRun(db, 'a')
  const process = { processId: 42, processStartedAtMs: 7 }
  const running = changeStatus(db, 'a', { status: 'running', process, nowMs: 2000 })
  assert.deepEqual([running.startedAtMs, running.processId, running.processStartedAtMs], [2000, 42, 7])
  assert.equal(changeStatus(db, 'a', { status: 'paused', nowMs: 2500 }).processId, 42)
  const error = { code: 'trainer.crashed', message: 'why' } as const
  const ended = changeStatus(db, 'a', { status: 'interrupted', error, nowMs: 3000 })
  assert.deepEqual([ended.processId, ended.endedAtMs, ended.error], [null, 3000, error])
  const again = changeStatus(db, 'a', { status: 'queued', nowMs: 4000 })
  assert.deepEqual([again.endedAtMs, again.error, again.startedAtMs], [null, null, 2000])
  assert.throws(() => changeStatus(db, 'a', { status: 'finished', nowMs: 5000 }), {
    code: 'run.transition',
    message:
      'run a is queued and cannot become finished; from queued it can become running, stopped, failed.',
  })
})

test('a run neither starts before it was made nor ends before it started, wherever the clock is set', (t) => {
  const { db } = temporaryStore(t)
  const ends = ['stopped', 'finished', 'failed', 'interrupted'] as const
  for (const [index, status] of ends.entries()) {
    const runId = addRun(db, `back-${index}`) // made at 1000
    const started = changeStatus(db, runId, { status: 'running', nowMs: 10 })
    assert.equal(started.startedAtMs, 1000)
    const ended = changeStatus(db, runId, { status, nowMs: 5 })
    assert.deepEqual([ended.startedAtMs, ended.endedAtMs], [1000, 1000], status)
  }
  addRun(db, 'queued')
  assert.equal(changeStatus(db, 'queued', { status: 'stopped', nowMs: 3 }).endedAtMs, 1000)
  addRun(db, 'resumed')
  changeStatus(db, 'resumed', { status: 'running', nowMs: 9000 })
  changeStatus(db, 'resumed', { status: 'interrupted', nowMs: 9500 })
  changeStatus(db, 'resumed', { status: 'queued', nowMs: 20 })
  changeStatus(db, 'resumed', { status: 'running', nowMs: 30 })
  const { startedAtMs, endedAtMs } = changeStatus(db, 'resumed', { status: 'finished', nowMs: 40 })
  assert.deepEqual([startedAtMs, endedAtMs], [9000, 9000])
})

test('a length that was not known before is what the finished run has done; one that was known stays', (t) => {
  const { db } = temporaryStore(t)
  for (const [runId, totalSteps, expected] of [
    ['open', 0, 7],
    ['known', 9, 9],
  ] as const) {
    addRun(db, runId)
    db.prepare('UPDATE run SET total_steps = ?, steps_done = 7 WHERE run_id = ?').run(totalSteps, runId)
    assert.equal(changeStatus(db, runId, { status: 'running', nowMs: 2000 }).totalSteps, totalSteps)
    assert.equal(changeStatus(db, runId, { status: 'finished', nowMs: 3000 }).totalSteps, expected)
  }
})

test('runs are listed newest first, whatever the clock said', (t) => {
  const { db } = temporaryStore(t)
  for (const runId of ['first', 'second', 'third']) addRun(db, runId, { tags: [`of ${runId}`] })
  db.prepare("UPDATE run SET created_at_ms = 0 WHERE run_id = 'third'").run()
  assert.deepEqual(
    listRuns(db).map((run) => [run.runId, run.tags]),
    [
      ['third', ['of third']],
      ['second', ['of second']],
      ['first', ['of first']],
    ],
  )
  assert.deepEqual(
    listRuns(db, { limit: 1 }).map((run) => run.runId),
    ['third'],
  )
  assert.equal(runsWithStatus(db, ['queued']).length, 3)
})

test('active time only grows, and heartbeats keep the moment', (t) => {
  const { db } = temporaryStore(t)
  addRun(db, 'a')
  recordHeartbeat(db, 'a', { nowMs: 9000, activeMs: 500 })
  recordHeartbeat(db, 'a', { nowMs: 5000, activeMs: 400 })
  const run = readRun(db, 'a')
  assert.deepEqual([run.heartbeatAtMs, run.activeMs], [5000, 500])
})

test('labels change alone; a delete can be undone; an active run is not deleted', (t) => {
  const { db } = temporaryStore(t)
  addRun(db, 'a', { tags: ['keep'] })
  const labelled = labelRun(db, 'a', { notes: 'new', archived: true })
  assert.deepEqual(
    [labelled.notes, labelled.archived, labelled.tags, labelled.name],
    ['new', true, ['keep'], 'name of a'],
  )
  assert.deepEqual(labelRun(db, 'a', { tags: ['b'], group: 'g' }).tags, ['b'])
  assert.throws(() => deleteRun(db, 'a', 5), { code: 'run.active', message: /is queued; stop it/ })
  changeStatus(db, 'a', { status: 'stopped', nowMs: 4 })
  deleteRun(db, 'a', 5)
  assert.deepEqual(listRuns(db), [])
  assert.deepEqual(
    listRuns(db, { deleted: true }).map((run) => run.deletedAtMs),
    [5],
  )
  assert.equal(restoreRun(db, 'a').deletedAtMs, null)
})

/** Rows of every table. */
function countRows(db: Database): Record<string, number> {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all().map(String)
  const count = (table: string): number => Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
  return Object.fromEntries(tables.map((table) => [table, count(table)]))
}

test('erasing a run leaves no row of it, and all rows of the others', (t) => {
  const { db } = temporaryStore(t)
  for (const runId of ['a', 'b']) {
    addRun(db, runId, { tags: ['x'] })
    const events = Array.from({ length: 600 }, (_, step) => metricsAt(step, { m: step }))
    openBatchWriter(db, runId).store(
      { runId, sequence: 1, events: [...events, { type: 'rollouts', rollouts: [rollout(0, 'p')] }] },
      1,
    )
    appendLog(db, { runId, atMs: 1, level: 'info', code: 'c', message: 'm', remedy: null })
    storeVStar(db, {
      vStarId: `v-${runId}`,
      runId,
      createdAtMs: 1,
      inputHash: 'h',
      inputs: {},
      complete: true,
      problems: 0,
    })
    storeVStarEstimates(db, `v-${runId}`, { estimates: [estimateOf(0, 1)] })
  }
  // a third run trains against the artifact of b
  addRun(db, 'c', { vStarId: 'v-b' })
  const rowsOf = (): Record<string, number> => countRows(db)
  const before = rowsOf()
  eraseRun(db, 'a')
  const after = rowsOf()
  for (const table of [
    'metric_series',
    'metric_chunk',
    'metric_point',
    'rollout',
    'turn',
    'problem',
    'event',
    'tag',
    'v_star',
  ]) {
    assert.equal((after[table] ?? 0) * 2, before[table], table)
  }
  eraseRun(db, 'b')
  assert.equal(rowsOf()['v_star'], 1, 'the third run still needs it')
  assert.equal(rowsOf()['metric_point'], 0)
  eraseRun(db, 'c')
  assert.deepEqual([rowsOf()['v_star'], rowsOf()['v_star_estimate']], [0, 0], 'nobody does now')
})
