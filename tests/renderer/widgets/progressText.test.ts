import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  progressLine,
  progressText,
  shortProgress,
  stageText,
} from '../../../src/renderer/src/widgets/progressText.ts'
import { doneShare, runStage } from '../../../src/renderer/src/widgets/run/runStage.ts'
import { textWidth } from '../../../src/shared/plots/textFit.ts'
import type { Run } from '../../../src/shared/runs/records.ts'
import type { Progress, StageCount } from '../../../src/shared/runs/runEvent.ts'
import { sampleLine } from '../support/runFixtures.ts'

const rollingOut: Progress = {
  activity: 'rolling out',
  done: 96,
  total: 1920,
  unit: 'problems',
  ratePerSecond: 41.237,
  secondsLeft: 75,
}
const attempts: Progress = {
  activity: 'sampling attempts',
  done: 512,
  total: 512,
  unit: 'completions',
  ratePerSecond: 41.237,
  secondsLeft: 0,
}
const stage1: StageCount = {
  name: 'estimate-v-star',
  done: 192,
  total: 3000,
  unit: 'problems',
  secondsLeft: 74,
}
const stage2: StageCount = {
  name: 'self-correction',
  done: 131,
  total: 300,
  unit: 'steps',
  secondsLeft: 300,
}
const running = sampleLine('r', { status: 'running' })

test('rate and time left are said, and are left out where they are unknown', () => {
  assert.equal(progressText(rollingOut, stage2), 'rolling out 96 of 1,920 problems, 41.2/s, 1 min 15 s left')
  assert.equal(
    progressText({ ...rollingOut, ratePerSecond: null, secondsLeft: null }, stage2),
    'rolling out 96 of 1,920 problems',
  )
})

test('a narrow column has words that are complete: the longest form that fits, whatever the numbers', () => {
  const narrow = 128
  const left = (seconds: number, stage = stage2): string =>
    shortProgress(stage, { ...rollingOut, stage: { ...stage, secondsLeft: seconds } }, narrow)
  assert.equal(left(300), '5 min 00 s left in all')
  // the one that was cut: “7 min 09 s left in al…”
  assert.equal(left(429), '7 min 09 s left in all')
  assert.equal(left(45_000), '12 h 30 min left in all')
  assert.equal(left(74, stage1), '1 min 14 s left')
  const unknown = { ...rollingOut, secondsLeft: null }
  assert.equal(shortProgress(stage2, unknown, narrow), 'rolling out')
  const count = (done: number, total: number, unit = 'steps'): string =>
    shortProgress({ name: 'self-correction', done, total, unit }, null, narrow)
  assert.equal(count(80, 80), '80 of 80 steps')
  assert.equal(count(2048, 2048, 'problems'), '2,048/2,048 problems')
  assert.equal(count(12_345, 214_000), '12,345/214,000 steps')
  assert.equal(count(999_999, 1_000_000), '999,999/1,000,000')
  assert.equal(count(999_999_999, 1_000_000_000), '100 %')
  assert.equal(count(0, 0), '')
  for (const seconds of [0, 59, 3600, 86_400, 8_640_000, 1e9]) {
    for (const stage of [stage1, stage2]) assertFits(left(seconds, stage))
  }
  for (const total of [1, 80, 2048, 99_999, 1_000_000, 1_000_000_000]) {
    for (const unit of ['steps', 'problems']) assertFits(count(total, total, unit))
  }
  function assertFits(text: string): void {
    assert.ok(text !== '' && textWidth(text, 11) <= narrow, text)
  }
})

test('stage 1 of both: its problems are counted, in the line and by the bar, whatever a chunk is at', () => {
  const progress = { ...attempts, stage: stage1 }
  const stage = runStage(running, progress, null)
  assert.equal(
    progressLine(running, stage, progress),
    'stage 1: 192 of 3,000 problems · sampling attempts 512 of 512 completions, 41.2/s, 1 min 14 s left of stage 1',
  )
  assert.equal(doneShare(stage), 0.064)
  const loading = { ...progress, activity: 'loading model and problems', done: 0, total: 1, unit: 'steps' }
  assert.equal(
    progressLine(running, stage, { ...loading, ratePerSecond: null }),
    'stage 1: 192 of 3,000 problems · loading model and problems, 1 min 14 s left of stage 1',
  )
})

test('what the stage counts is said once', () => {
  const updating = { ...rollingOut, activity: 'updating', done: 131, total: 300, unit: 'steps' }
  const progress = { ...updating, ratePerSecond: 0.7631, stage: stage2 }
  assert.equal(
    progressLine(running, stage2, progress),
    '131 of 300 steps · updating, 0.763 steps/s, 5 min 00 s left in all',
  )
  const own = { ...attempts, activity: 'estimating V*', done: 192, total: 3000, unit: 'problems' }
  assert.match(
    progressLine(running, stage1, { ...own, stage: stage1 }),
    /^stage 1: 192 of 3,000 problems · estimating V\*, 41\.2 problems\/s, /,
  )
})

test('a run that is not at work is as far as what is stored: steps, or the problems kept', () => {
  const textOf = (fields: Partial<Run>, estimated: { done: number; total: number } | null = null): string => {
    const run = sampleLine('r', { status: 'stopped', ...fields })
    return stageText(run, runStage(run, null, estimated))
  }
  assert.equal(textOf({ stepsDone: 12 }), '12 of 40 steps')
  assert.equal(textOf({}, { done: 192, total: 3000 }), 'stage 1: 192 of 3,000 problems estimated and kept')
  const estimate = { stage: 'estimate-v-star', totalSteps: 36 } as const
  assert.equal(textOf({ ...estimate, stepsDone: 20 }), '20 of 36 problems estimated and kept')
  assert.equal(textOf({ ...estimate, stepsDone: 36, status: 'finished' }), '36 of 36 problems')
  assert.equal(textOf({ ...estimate, status: 'queued' }), '0 of 36 problems')
  // a length that follows from the filter is not known before it was applied
  assert.equal(textOf({ totalSteps: 0, stepsDone: 2 }), '2 steps')
  assert.equal(textOf({ totalSteps: 0 }), '')
})

test('the bar is the share of the stage that is done, not of the activity', () => {
  const shareOf = (stepsDone: number, progress: Progress | null): number => {
    const run = sampleLine('r', { status: 'running', stepsDone })
    return doneShare(runStage(run, progress, null))
  }
  assert.equal(shareOf(0, attempts), 0)
  assert.equal(shareOf(20, attempts), 0.5)
  assert.equal(shareOf(20, { ...attempts, stage: { ...stage2, done: 225 } }), 0.75)
  assert.equal(shareOf(0, { ...attempts, stage: { ...stage2, total: 0 } }), 0)
})
