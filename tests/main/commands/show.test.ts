import assert from 'node:assert/strict'
import { test } from 'node:test'
import { register } from '../../../src/main/commands/show.ts'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { storeCheckpoint } from '../../../src/main/store/checkpointStore.ts'
import { openForWriting } from '../../../src/main/store/database.ts'
import { appendLog } from '../../../src/main/store/eventLog.ts'
import { storeEvaluation } from '../../../src/main/store/evaluationStore.ts'
import { deleteRun } from '../../../src/main/store/runs/runLabels.ts'
import { changeStatus } from '../../../src/main/store/runs/runStore.ts'
import { storeVStar } from '../../../src/main/store/vStarStore.ts'
import { wilson } from '../../../src/shared/statistics.ts'
import { estimateOf } from '../owner/support/fakeJob.ts'
import { addRun, temporaryFolder } from '../store/storeFixtures.ts'
import { commandFixture } from './commandFixture.ts'

async function shown(...args: readonly string[]): Promise<string> {
  const { program, context, stdout } = commandFixture()
  register(program, context)
  await program.parseAsync(['show', ...args], { from: 'user' })
  return stdout()
}

test('show: of a run that was stopped in stage 1 the problems that are estimated and kept; a deleted run says so', async (t) => {
  const dataDir = temporaryFolder(t)
  const db = openForWriting(dataDir)
  addRun(db, 'run-1')
  const artifact = {
    vStarId: 'v-1',
    runId: 'run-1',
    createdAtMs: 1,
    inputHash: 'h',
    inputs: {},
    problems: 300,
  }
  openBatchWriter(db, 'run-1').store(
    {
      runId: 'run-1',
      sequence: 1,
      events: [
        { type: 'vStarArtifact', artifact: { ...artifact, complete: false } },
        { type: 'vStar', estimates: [estimateOf(0, 1), estimateOf(1, 1)] },
      ],
    },
    1,
  )
  changeStatus(db, 'run-1', { status: 'stopped', nowMs: 3000 })
  const show = (): Promise<string> => shown('run-1', '--data-dir', dataDir)
  assert.match(await show(), /^V\* {6}v-1, 2 of 300 problems estimated and kept$/m)
  storeVStar(db, { ...artifact, complete: true })
  assert.match(await show(), /^V\* {6}v-1$/m)
  deleteRun(db, 'run-1', 1)
  db.close()
  await assert.rejects(show(), { code: 'run.deleted', message: /it can be restored/ })
})

test('show: a checkpoint at an evaluated step has its validation, a new best or not', async (t) => {
  const dataDir = temporaryFolder(t)
  const db = openForWriting(dataDir)
  addRun(db, 'run-1')
  storeCheckpoint(db, {
    checkpointId: 'c1',
    runId: 'run-1',
    step: 8,
    folder: 'at-8',
    bytes: 2000,
    sha256: 's',
    validation: null,
    createdAtMs: 1,
  })
  const named = { evaluationId: 'e', runId: 'run-1', step: 8, split: 'validation', samples: 1 } as const
  const proportions = { 'accuracy/final': wilson(29, 50) }
  storeEvaluation(db, { ...named, problems: 50, proportions, createdAtMs: 1 }, 'must-equal')
  db.close()
  const text = await shown('run-1', '--data-dir', dataDir)
  assert.match(text, /^8 {11}2\.0 KiB {2}0\.58 {8}at-8$/m)
  const document = JSON.parse(await shown('run-1', '--json', '--data-dir', dataDir))
  assert.equal(document.checkpoints[0].validation, 0.58)
})

test('show: alarms with their steps, in the log and by kind, however long ago they were', async (t) => {
  const dataDir = temporaryFolder(t)
  const db = openForWriting(dataDir)
  addRun(db, 'run-1')
  const of = { runId: 'run-1', atMs: 1, message: 'the model repeats itself' }
  const raised = {
    ...of,
    level: 'warning',
    code: 'alarm.change-ratio',
    remedy: 'Raise revisionBonus.',
  } as const
  const plain = { ...of, level: 'info', remedy: null } as const
  appendLog(db, { ...raised, step: 20 })
  appendLog(db, { ...plain, code: 'alarm-passed.change-ratio', step: 58 })
  appendLog(db, { ...raised, code: 'alarm.kl', step: 60 })
  assert.match(await shown('run-1', '--data-dir', dataDir), /warning: step 20: the model repeats itself/)
  for (let index = 0; index < 20; index++) appendLog(db, { ...plain, code: 'note' })
  db.close()
  const text = await shown('run-1', '--data-dir', dataDir)
  assert.match(
    text,
    /^alarms {2}far from the reference \(since step 60\) · low answer change ratio \(steps 20 to 58\)$/m,
  )
  const json = JSON.parse(await shown('run-1', '--data-dir', dataDir, '--json')) as { alarms: unknown[] }
  assert.equal(json.alarms.length, 2)
})
