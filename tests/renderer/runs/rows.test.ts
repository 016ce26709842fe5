import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runLines, sortRuns } from '../../../src/renderer/src/runs/rows.ts'
import { sampleLine } from '../support/runFixtures.ts'

const runs = [
  sampleLine('a', { createdAtMs: 1, group: 'x', latest: { 'accuracy/final': 0.5 } }),
  sampleLine('b', { createdAtMs: 2, latest: {} }),
  sampleLine('c', { createdAtMs: 3, group: 'w', latest: { 'accuracy/final': 0.7 } }),
  sampleLine('d', { createdAtMs: 4, group: 'x', latest: { 'accuracy/final': 0.5 } }),
]
const ids = (list: readonly { runId: string }[]): string => list.map(({ runId }) => runId).join('')

test('a run without the value comes last both ways; equal ones by age, newest first', () => {
  assert.equal(ids(sortRuns(runs, { column: 'accuracy/final', isDescending: true })), 'cdab')
  assert.equal(ids(sortRuns(runs, { column: 'accuracy/final', isDescending: false })), 'dacb')
  assert.equal(ids(sortRuns(runs, { column: 'createdAtMs', isDescending: true })), 'dcba')
})

test('groups in the order of their names, runs without a group last, no run lost', () => {
  const lines = runLines(runs, true).map((line) =>
    line.kind === 'group' ? `[${line.group} ${line.runs}]` : line.run.runId,
  )
  assert.equal(lines.join(''), '[w 1]c[x 2]ad[no group 1]b')
  assert.equal(runLines(runs, false).length, 4)
})

test('10,000 runs of one group are grouped and sorted in well under a second', () => {
  const many = Array.from({ length: 10_000 }, (_, index) =>
    sampleLine(`r${index}`, {
      createdAtMs: index,
      group: 'one',
      latest: { 'accuracy/final': (index * 7919) % 1000 },
    }),
  )
  const start = performance.now()
  const lines = runLines(sortRuns(many, { column: 'accuracy/final', isDescending: true }), true)
  assert.equal(lines.length, 10_001)
  assert.ok(performance.now() - start < 1000)
})
