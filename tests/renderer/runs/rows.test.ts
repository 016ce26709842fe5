import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnMeaning, runColumns, runLines, sortRuns } from '../../../src/renderer/src/runs/rows.ts'
import { curveOf } from '../../../src/renderer/src/runs/runCurve.ts'
import { firstTable, fittingColumns, nameWidth } from '../../../src/renderer/src/runs/tableSettings.ts'
import { textWidth } from '../../../src/shared/plots/textFit.ts'
import { testScoreText } from '../../../src/shared/runs/evaluation/testScore.ts'
import { sampleLine } from '../support/runFixtures.ts'

/** As the store lists them, newest first; the clock was set back before `c` was made. */
const runs = [
  sampleLine('d', { createdAtMs: 3, group: 'x', latest: { 'accuracy/final': 0.5 } }),
  sampleLine('c', { createdAtMs: 2, group: 'w', latest: { 'accuracy/final': 0.7 } }),
  sampleLine('b', { createdAtMs: 9, latest: {} }),
  sampleLine('a', { createdAtMs: 8, group: 'x', latest: { 'accuracy/final': 0.5 } }),
]
const ids = (list: readonly { runId: string }[]): string => list.map(({ runId }) => runId).join('')

test('a run without the value comes last both ways; equal ones newest first; a clock that was set back changes nothing', () => {
  assert.equal(ids(sortRuns(runs, { column: 'accuracy/final', isDescending: true })), 'cdab')
  assert.equal(ids(sortRuns(runs, { column: 'accuracy/final', isDescending: false })), 'dacb')
  assert.equal(ids(sortRuns(runs, { column: 'createdAtMs', isDescending: true })), 'dcba')
  assert.equal(ids(sortRuns(runs, { column: 'createdAtMs', isDescending: false })), 'abcd')
})

test('pinned runs stand first, however the others are sorted, and in the order of the sort among themselves', () => {
  const some = runs.map((run) => ({ ...run, pinned: run.runId === 'b' || run.runId === 'd' }))
  assert.equal(ids(sortRuns(some, { column: 'accuracy/final', isDescending: true })), 'dbca')
  assert.equal(ids(sortRuns(some, { column: 'createdAtMs', isDescending: false })), 'bdac')
  const waiting = some.map((run) => ({
    ...run,
    status: run.runId === 'c' ? ('queued' as const) : run.status,
  }))
  assert.equal(ids(sortRuns(waiting, firstTable.sort)), 'dbca')
})

/** The demo of the built-in model, 1,000 test problems, and a run of 32 that looks better. */
const demo = { step: 80, successes: 810, trials: 1000 }
const tiny = { step: 6, successes: 27, trials: 32 }

test('at first runs are ranked by the test score: the lower end of its interval, not the last training batch', () => {
  const ranked = [
    sampleLine('tiny', { createdAtMs: 9, testScore: tiny, latest: { 'accuracy/final': 0.938 } }),
    sampleLine('demo', { createdAtMs: 1, testScore: demo, latest: { 'accuracy/final': 0.802 } }),
    sampleLine('estimate', { createdAtMs: 8, stage: 'estimate-v-star' }),
    sampleLine('queued', { createdAtMs: 3, status: 'queued', testScore: { ...tiny, step: 0 } }),
    sampleLine('running', { createdAtMs: 2, status: 'running' }),
    sampleLine('stopped', { createdAtMs: 4, status: 'stopped' }),
  ]
  // 27 of 32 is 0.844, its interval begins at 0.682; 810 of 1,000 begins at 0.785
  assert.deepEqual(
    sortRuns(ranked, firstTable.sort).map(({ runId }) => runId),
    ['queued', 'running', 'demo', 'tiny', 'estimate', 'stopped'],
  )
  assert.equal(testScoreText(tiny), '0.844 [0.68, 0.93] of 32')
  assert.equal(testScoreText(demo), '0.810 [0.78, 0.83] of 1,000')
})

test('figures of the last training batch are called that', () => {
  const ofBatch = runColumns.filter(({ id }) => /^(accuracy|verifier|revision)\//.test(id))
  assert.equal(ofBatch.length, 4)
  for (const { id, label } of ofBatch) {
    assert.match(label, /^Training /)
    assert.match(columnMeaning(id), /Of the last step’s training problems alone/)
  }
  assert.match(columnMeaning('test/accuracy/final'), /held-out test problems.*95 % interval.*lower end/)
})

test('the score on the test split comes before every training figure, in any width; a column of tags only with tags', () => {
  const needs = { nameWidthPx: 300, hasTags: false }
  for (const width of [500, 700, 900, 1024, 1250, 1600, 2400]) {
    const columns = fittingColumns(width, needs)
    assert.deepEqual(columns.slice(0, 3), ['name', 'status', 'test/accuracy/final'])
    assert.equal(columns.includes('tags'), false)
  }
  assert.ok(fittingColumns(2400, { ...needs, hasTags: true }).includes('tags'))
  assert.ok(fittingColumns(1251, needs).includes('accuracy/final'))
})

test('the column of names is as wide as the longest, within limits', () => {
  const names = (...list: string[]): number => nameWidth(list.map((name) => ({ name })))
  assert.equal(names(), 208)
  assert.equal(names('short'), 208)
  const byDefault = 'a-star-po · builtin · arithmetic · seed 12'
  assert.ok(names(byDefault, 'short') >= textWidth(byDefault, 13) && names(byDefault) < 320)
  assert.equal(names('x'.repeat(200)), 320)
})

test('groups in the order of their names, runs without a group last, no run lost', () => {
  const lines = runLines(runs, true).map((line) =>
    line.kind === 'group' ? `[${line.group} ${line.runs}]` : line.run.runId,
  )
  assert.equal(lines.join(''), '[w 1]c[x 2]da[no group 1]b')
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

test('each stage has a line of its own in the list, of a metric that it measures; runs of other tools have none', () => {
  assert.equal(curveOf('self-correction')?.metric, 'accuracy/final')
  assert.equal(curveOf('estimate-v-star')?.metric, 'vStar/mean')
  assert.equal(curveOf('warm-up')?.metric, 'warmUp/loss')
  assert.equal(curveOf('imported'), null)
})
