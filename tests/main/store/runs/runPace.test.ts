import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBatchWriter } from '../../../../src/main/store/batchStore.ts'
import type { Database } from '../../../../src/main/store/database.ts'
import { findPace } from '../../../../src/main/store/runs/runPace.ts'
import { changeStatus, recordHeartbeat } from '../../../../src/main/store/runs/runStore.ts'
import type { ConfigLayer } from '../../../../src/shared/config/layers.ts'
import { presetConfig } from '../../../../src/shared/config/presets.ts'
import { addRun, metricsAt, temporaryStore } from '../storeFixtures.ts'

const wanted = presetConfig('builtin', { seed: 9 })

/** A run whose steps took so long: `[sampling, update]` in ms, a step each. */
function addTimedRun(
  db: Database,
  runId: string,
  steps: readonly (readonly [number, number])[],
  config: ConfigLayer = {},
): void {
  addRun(db, runId, { config: JSON.stringify(presetConfig('builtin', config)) })
  const events = steps.map(([rollout, update], step) =>
    metricsAt(step, { 'time/rollout': rollout, 'time/update': update }),
  )
  openBatchWriter(db, runId).store({ runId, sequence: 1, events }, 0)
}

test('the pace is the mean of the steps after the first, a rollout each, of the newest run with the same settings', (t) => {
  const { db } = temporaryStore(t)
  assert.equal(findPace(db, wanted), null)
  addTimedRun(db, 'run-1', [
    [9999, 9999],
    [100, 100],
    [100, 100],
  ])
  addTimedRun(db, 'run-2', [
    [9999, 9999],
    [192, 384],
    [384, 768],
  ])
  // newer, but: one step, another limit, another model, a config of no version
  addTimedRun(db, 'run-3', [[1, 1]])
  addTimedRun(
    db,
    'run-4',
    [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
    { sampling: { maxCompletionTokens: 7 } },
  )
  addTimedRun(
    db,
    'run-5',
    [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
    { model: { path: '/another' } },
  )
  addRun(db, 'run-6', { config: '{"setps":10}' })
  // (192 + 384) / 2 / 192 problems of a step
  assert.deepEqual(findPace(db, wanted), { runId: 'run-2', samplingMs: 1.5, updateMs: 3 })
})

test('of a group method each problem counts its rollouts', (t) => {
  const { db } = temporaryStore(t)
  const grpo = { method: 'grpo', groupSize: 4 }
  addTimedRun(
    db,
    'run-1',
    [
      [1, 1],
      [768, 768],
    ],
    grpo,
  )
  assert.deepEqual(findPace(db, presetConfig('builtin', grpo)), {
    runId: 'run-1',
    samplingMs: 1,
    updateMs: 1,
  })
  assert.equal(findPace(db, wanted), null)
})

test('a finished run of stage 1 says how fast sampling is, and nothing of updates', (t) => {
  const { db } = temporaryStore(t)
  const config = JSON.stringify(presetConfig('builtin'))
  addRun(db, 'run-1', { stage: 'estimate-v-star', totalSteps: 2048, config })
  assert.equal(findPace(db, wanted), null)
  changeStatus(db, 'run-1', { status: 'running', nowMs: 1 })
  recordHeartbeat(db, 'run-1', { nowMs: 2, activeMs: 16_384 })
  changeStatus(db, 'run-1', { status: 'finished', nowMs: 3 })
  assert.deepEqual(findPace(db, wanted), { runId: 'run-1', samplingMs: 2, updateMs: null })
  addTimedRun(db, 'run-0', [
    [1, 1],
    [192, 192],
  ])
  assert.equal(findPace(db, wanted)?.runId, 'run-0')
})
