import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStageReporter } from '../../../../src/main/trainer/stages/stageReporter.ts'
import type { StageProgress } from '../../../../src/core/train/trainEvent.ts'

function reporterAt() {
  const time = { ms: 0 }
  const reporter = openStageReporter('run-1', { activeMs: () => time.ms, nowMs: () => 1000 + time.ms })
  const tell = (ms: number, changes: Pick<StageProgress, 'activity' | 'done' | 'stage'>) => {
    time.ms = ms
    const told = reporter.eventOf({ type: 'progress', total: 10, unit: 'steps', ...changes })
    return told?.type === 'progress' ? told.progress : null
  }
  const report = (ms: number, activity: string, done: number) => tell(ms, { activity, done })
  const reportStage = (ms: number, done: number) =>
    tell(ms, { activity: 'training', done, stage: 'self-correction' })
  return { time, reporter, report, reportStage }
}

test('an activity keeps its rate though others come between: 1 step in 2 s, 8 left, 16 s', () => {
  const { report } = reporterAt()
  assert.equal(report(0, 'training', 1)?.ratePerSecond, null)
  report(500, 'sampling', 3)
  const progress = report(2000, 'training', 2)
  assert.deepEqual([progress?.ratePerSecond, progress?.secondsLeft], [0.5, 16])
})

test('a part says when the stage ends: in 16 s at 2 s, so in 13 s at 5 s; at the end of the stage it is not known', () => {
  const { report, reportStage } = reporterAt()
  assert.equal(report(0, 'sampling', 3)?.stage, undefined, 'of no stage that is known')
  assert.equal(reportStage(0, 1)?.stage?.secondsLeft, null)
  assert.equal(reportStage(2000, 2)?.stage?.secondsLeft, 16)
  assert.equal(report(5000, 'sampling', 4)?.stage?.secondsLeft, 13)
  assert.equal(report(90_000, 'sampling', 5)?.stage?.secondsLeft, 0, 'never less than nothing')
  reportStage(91_000, 10)
  assert.equal(report(92_000, 'evaluating', 1)?.stage?.secondsLeft, null)
})

test('a part carries the count of its stage: 192 of 3,000 problems while attempts run from 0 to 512 again and again', () => {
  const { reporter } = reporterAt()
  const tell = (event: Omit<StageProgress, 'type'>) => {
    const told = reporter.eventOf({ type: 'progress', ...event })
    return told?.type === 'progress' ? told.progress.stage : null
  }
  const problems = { activity: 'estimating V*', total: 3000, unit: 'problems' } as const
  const part = { activity: 'sampling attempts', total: 512, unit: 'completions' } as const
  const count = { name: 'estimate-v-star', total: 3000, unit: 'problems', secondsLeft: null } as const
  assert.deepEqual(tell({ ...problems, done: 64, stage: 'estimate-v-star' }), { ...count, done: 64 })
  assert.deepEqual(tell({ ...part, done: 512 }), { ...count, done: 64 })
  tell({ ...problems, done: 192, stage: 'estimate-v-star' })
  assert.deepEqual(tell({ ...part, done: 1 }), { ...count, done: 192 })
  const steps = { activity: 'preparing', done: 0, total: 80, unit: 'steps' } as const
  const next = { name: 'self-correction', done: 0, total: 80, unit: 'steps', secondsLeft: null }
  assert.deepEqual(tell({ ...steps, stage: 'self-correction' }), next)
  assert.deepEqual(tell({ ...part, done: 2 }), next)
})

test('a count that begins anew measures its rate anew', () => {
  const { report } = reporterAt()
  report(0, 'sampling', 1)
  assert.equal(report(1000, 'sampling', 5)?.ratePerSecond, 4)
  assert.equal(report(2000, 'sampling', 2)?.ratePerSecond, null)
  assert.equal(report(3000, 'sampling', 3)?.ratePerSecond, 1)
})

test('progress nobody could read is left out, the last one of an activity never', () => {
  const { report } = reporterAt()
  assert.notEqual(report(0, 'sampling', 1), null)
  assert.equal(report(100, 'sampling', 2), null)
  assert.notEqual(report(300, 'sampling', 3), null)
  assert.notEqual(report(310, 'sampling', 10), null)
})

test('metrics get the active time, evaluations an id, their run and the time of day', () => {
  const { time, reporter } = reporterAt()
  time.ms = 700
  const metrics = reporter.eventOf({
    type: 'metrics',
    step: 1,
    stepsDone: 2,
    tokens: 2,
    problems: 3,
    values: {},
  })
  assert.ok(metrics?.type === 'metrics' && metrics.timeMs === 700)
  const told = reporter.eventOf({
    type: 'evaluation',
    evaluation: { step: 1, split: 'test', samples: 1, problems: 2, proportions: {} },
  })
  assert.ok(told?.type === 'evaluation')
  assert.equal(told.evaluation.runId, 'run-1')
  assert.equal(told.evaluation.createdAtMs, 1700)
  assert.match(told.evaluation.evaluationId, /^evaluation-[0-9a-f]{16}$/)
})
