import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runLines, sortRuns } from '../../../src/renderer/src/state/runRows.ts'
import { stepsDone } from '../../../src/renderer/src/state/stepsDone.ts'
import { doneShare, progressText } from '../../../src/renderer/src/state/progressText.ts'
import { sampleLine } from './runFixtures.ts'

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

test('steps done: problems seen ÷ problems a step (192), whatever the number of the last step', () => {
  assert.equal(stepsDone(sampleLine('r', { status: 'running', step: 12, problemsSeen: 12 * 192 })), 12)
  assert.equal(stepsDone(sampleLine('r', { status: 'finished', step: 39, problemsSeen: 40 * 192 })), 40)
  assert.equal(stepsDone(sampleLine('r', { status: 'stopped', stage: 'estimate-v-star', step: 300 })), 300)
})

test('progress: rate and time left are said, and are left out where they are unknown', () => {
  const progress = {
    activity: 'rolling out',
    done: 96,
    total: 1920,
    unit: 'problems',
    ratePerSecond: 41.237,
    secondsLeft: 75,
  }
  assert.equal(progressText(progress, true), 'rolling out 96 of 1,920 problems, 41.2/s, 1 min 15 s left')
  assert.equal(
    progressText({ ...progress, ratePerSecond: null, secondsLeft: null }, true),
    'rolling out 96 of 1,920 problems',
  )
  assert.equal(progressText(progress, false), 'rolling out, 1 min 15 s left')
  assert.equal(
    progressText({ ...progress, stageSecondsLeft: 300 }, false),
    'rolling out, 5 min 00 s left in all',
  )
  assert.equal(
    progressText({ ...progress, stageSecondsLeft: null }, false),
    'rolling out, 1 min 15 s left of this part',
  )
})

test('the bar shows steps once there are any, before that how far the activity is', () => {
  const progress = {
    activity: 'estimating V*',
    done: 50,
    total: 200,
    unit: 'problems',
    ratePerSecond: null,
    secondsLeft: null,
  }
  assert.equal(doneShare(sampleLine('r', { status: 'running' }), progress), 0.25)
  assert.equal(doneShare(sampleLine('r', { status: 'running', problemsSeen: 1920 }), progress), 0.25)
  assert.equal(doneShare(sampleLine('r', { status: 'running', problemsSeen: 3840 }), progress), 0.5)
})
