import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatProgress } from '../../src/main/commands/runText.ts'
import { openBatchWriter } from '../../src/main/store/batchStore.ts'
import { listRunLines } from '../../src/main/store/runs/runList.ts'
import { readRun } from '../../src/main/store/runs/runStore.ts'
import { runStage } from '../../src/renderer/src/widgets/run/runStage.ts'
import { addRun, metricsAt, temporaryStore } from './store/storeFixtures.ts'

test('after five of 40 steps the terminal and the page count five, and an evaluation between them counts nothing', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a', { totalSteps: 40 })
  const writer = openBatchWriter(db, runId)
  const shown = (): [string, number] => {
    const line = listRunLines(db, { archived: false }).find((each) => each.runId === runId)
    if (line === undefined) assert.fail('the run is not listed')
    return [formatProgress(readRun(db, runId)), runStage(line, null, null).done]
  }
  assert.deepEqual(shown(), ['0/40', 0])
  const steps = [0, 1, 2, 3, 4].map((step) => metricsAt(step, { 'loss/policy': step }))
  writer.store({ runId, sequence: 1, events: steps }, 1)
  assert.deepEqual(shown(), ['5/40', 5])
  const evaluation = { ...metricsAt(5, { 'test/accuracy/final': 0.5 }), stepsDone: 5 }
  writer.store({ runId, sequence: 2, events: [evaluation] }, 2)
  assert.deepEqual(shown(), ['5/40', 5])
})
