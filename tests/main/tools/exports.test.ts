import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { readRollouts } from '../../../src/main/store/rollouts/rolloutQuery.ts'
import { writeMetricsParquet, writeRolloutsParquet } from '../../../src/main/tools/exportParquet.ts'
import { TensorBoardMirror } from '../../../src/main/tools/tensorboard/exportTensorBoard.ts'
import { metricsAt, temporaryStore } from '../store/storeFixtures.ts'
import { exportedRun } from './exportedRun.ts'

const fixtures = resolve(import.meta.dirname, '../../fixtures/tensorboard')

test('rollouts.parquet: one row a rollout, as they were made, every text as it was; what a turn lacks is null', async (t) => {
  const { db, dataDir } = temporaryStore(t)
  const run = exportedRun(db)
  const path = join(dataDir, 'rollouts.parquet')
  const counts: (readonly number[])[] = []
  await writeRolloutsParquet(db, run, { path, onProgress: (done, total) => counts.push([done, total]) })
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) })
  const { rollouts } = readRollouts(db, { runId: run.runId }, { offset: 0, limit: 9 })
  assert.deepEqual(
    rows.map((row) => [row['step'], row['problem_id'], row['question'], row['subject'], row['verdict']]),
    rollouts.map((each) => [each.step, each.problemId, each.question, each.subject, each.verdict]),
  )
  const [first, second] = rows
  assert.deepEqual(
    [
      first?.['revision_reward'],
      first?.['revision_is_correct'],
      first?.['revision_advantage'],
      first?.['attempt_tokens'],
    ],
    [0.5, false, null, 5],
  )
  assert.deepEqual([second?.['verdict_completion'], second?.['attempt_log_ratio']], [null, -0.125])
  assert.equal(second?.['question'], 'line\nfeed, “quote” and \u0000')
  assert.deepEqual(counts, [[2, 2]])
})

test('metrics.parquet: every point, one a row', async (t) => {
  const { db, dataDir } = temporaryStore(t)
  const run = exportedRun(db)
  const path = join(dataDir, 'metrics.parquet')
  writeMetricsParquet(db, run, path)
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) })
  assert.deepEqual(
    rows.map((row) => [
      row['metric'],
      row['step'],
      row['time_ms'],
      row['tokens'],
      row['problems'],
      row['value'],
    ]),
    [
      ['accuracy/attempt', 0, 0, 0, 0, 0.5],
      ['accuracy/attempt', 1, 10, 100, 8, 0.75],
      ['policy/klK3', 0, 0, 0, 0, -1e-7],
    ],
  )
  assert.deepEqual(
    [rows[0]?.['run_id'], rows[0]?.['run'], rows[0]?.['config']],
    [run.runId, run.name, '0123456789ab'],
  )
})

test('event files: the bytes that TensorBoard has read as the fixture says, in a folder that the run’s name cannot lead out of', (t) => {
  const { db, dataDir } = temporaryStore(t)
  const run = exportedRun(db)
  const logs = join(dataDir, 'logs')
  const mirror = new TensorBoardMirror(logs, run)
  assert.equal(mirror.update(db), 3)
  assert.deepEqual(readdirSync(logs), ['Gro-e-x-abc123'])
  assert.deepEqual(readFileSync(mirror.path), readFileSync(join(fixtures, 'events.bin')))
  const read = JSON.parse(readFileSync(join(fixtures, 'as_read.json'), 'utf8')) as {
    scalars: Record<string, [seconds: number, step: number, value: number][]>
    texts: Record<string, string[]>
  }
  const began = (run.startedAtMs ?? run.createdAtMs) / 1000
  assert.deepEqual(read.scalars, {
    'accuracy/attempt': [
      [began, 0, 0.5],
      [began + 0.01, 1, 0.75],
    ],
    'policy/klK3': [[began, 0, Math.fround(-1e-7)]],
  })
  assert.match(read.texts['config']?.[0] ?? '', /^```yaml\nseed: 7\n/)
})

test('an event file grows by the points that have come, and by no other', (t) => {
  const { db, dataDir } = temporaryStore(t)
  const run = exportedRun(db)
  const mirror = new TensorBoardMirror(join(dataDir, 'logs'), run)
  mirror.update(db)
  const before = readFileSync(mirror.path)
  assert.equal(mirror.update(db), 0)
  assert.deepEqual(readFileSync(mirror.path), before)
  const events = [metricsAt(2, { 'accuracy/attempt': 1 })]
  openBatchWriter(db, run.runId).store({ runId: run.runId, sequence: 2, events }, 1)
  assert.equal(mirror.update(db), 1)
  assert.deepEqual(readFileSync(mirror.path).subarray(0, before.length), before)
})
