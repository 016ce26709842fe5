import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storeCheckpoint } from '../../../../src/main/store/checkpointStore.ts'
import type { Database } from '../../../../src/main/store/database.ts'
import { storeEvaluation } from '../../../../src/main/store/evaluationStore.ts'
import { findCheckpoints } from '../../../../src/main/store/runs/namedCheckpoint.ts'
import { addRun, temporaryStore } from '../storeFixtures.ts'

function add(db: Database, runId: string, step: number, validation: number | null): void {
  const folder = `runs/${runId}/checkpoints/${step}`
  storeCheckpoint(db, {
    checkpointId: `${runId}-${step}`,
    runId,
    step,
    folder,
    bytes: 1,
    sha256: 'x',
    validation,
    createdAtMs: step,
  })
}

const stepsOf = (db: Database, wanted: string): readonly number[] =>
  findCheckpoints(db, wanted).checkpoints.map(({ step }) => step)

test('RUN means all of its checkpoints, newest first; RUN@step that one; RUN@best the best by validation, the later of equals', (t) => {
  const { db } = temporaryStore(t)
  addRun(db, 'run-1a', { name: 'seven' })
  for (const [step, validation] of [
    [10, 0.5],
    [20, 0.75],
    [30, 0.75],
    [40, 0.25],
    [50, null],
  ] as const)
    add(db, 'run-1a', step, validation)
  assert.deepEqual(stepsOf(db, 'run-1a'), [50, 40, 30, 20, 10])
  assert.deepEqual(stepsOf(db, 'seven@20'), [20])
  assert.deepEqual(stepsOf(db, '1a@best'), [30])
})

test('RUN@best counts evaluations of checkpoints that were no new best when they were written', (t) => {
  const { db } = temporaryStore(t)
  addRun(db, 'run-1a')
  for (const [step, value] of [
    [10, 0.5],
    [20, 0.75],
  ] as const) {
    add(db, 'run-1a', step, null)
    const proportions = { 'accuracy/final': { value, low: 0, high: 1, successes: 4 * value, trials: 4 } }
    const evaluation = { evaluationId: `e${step}`, runId: 'run-1a', step, split: 'validation' as const }
    storeEvaluation(db, { ...evaluation, samples: 1, problems: 4, proportions, createdAtMs: 1 }, 'must-equal')
  }
  assert.deepEqual(stepsOf(db, 'run-1a@best'), [20])
})

test('a run that is named like a checkpoint is that run', (t) => {
  const { db } = temporaryStore(t)
  addRun(db, 'run-1a', { name: 'seven' })
  addRun(db, 'run-2b', { name: 'seven@20' })
  add(db, 'run-1a', 20, null)
  add(db, 'run-2b', 5, null)
  assert.deepEqual(stepsOf(db, 'seven@20'), [5])
  assert.deepEqual(stepsOf(db, 'seven@20@5'), [5])
})

test('a checkpoint that is not there is unknown, with those that are', (t) => {
  const { db } = temporaryStore(t)
  addRun(db, 'run-1a')
  assert.throws(() => findCheckpoints(db, 'run-1a'), {
    code: 'checkpoint.unknown',
    message: 'run run-1a has no such checkpoint (run-1a); it has steps: none.',
  })
  add(db, 'run-1a', 20, null)
  assert.throws(() => findCheckpoints(db, 'run-1a@21'), {
    code: 'checkpoint.unknown',
    message: 'run run-1a has no such checkpoint (run-1a@21); it has steps: 20.',
  })
  assert.throws(() => findCheckpoints(db, 'run-1a@best'), {
    code: 'checkpoint.unknown',
    message: /none of its checkpoints was evaluated on the validation split .*; it has steps: 20\.$/,
  })
  for (const wanted of ['run-1a@', 'run-1a@x', '@20', 'none@20'])
    assert.throws(() => findCheckpoints(db, wanted), { code: 'run.unknown' }, wanted)
})
