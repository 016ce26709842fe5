import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  comparedLines,
  comparedPlots,
  differingFields,
  lastTest,
  runLabels,
  vStarLines,
} from '../../../src/renderer/src/compare/compareRuns.ts'
import { morePlots, mainPlots } from '../../../src/renderer/src/plots/morePlots.ts'
import {
  plotLines,
  rangeWithin,
  readSeries,
  shownPoints,
  shownText,
  storedRange,
  wholeRange,
  zoomed,
} from '../../../src/renderer/src/plots/plotLines.ts'
import { withXRange } from '../../../src/renderer/src/plots/plotSettings.ts'
import { isFinallyCorrect, outcomeText } from '../../../src/renderer/src/run/rollouts/rolloutLabels.ts'
import { isTouched, TouchedRuns } from '../../../src/renderer/src/data/invalidatedRoutes.ts'
import { findMetric, type PlotSeries } from '../../../src/shared/metrics/metrics.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import type { Evaluation, MetricPoint } from '../../../src/shared/runs/records.ts'
import type { MetricAxis, MetricRange } from '../../../src/shared/routes/metrics.ts'
import { sampleRollout } from '../support/sampleRun.ts'
import { sampleRunRow } from '../support/runFixtures.ts'

const point = (step: number, value: number): MetricPoint => ({
  step,
  timeMs: step * 60_000,
  tokens: step * 10,
  problems: step,
  value,
})
const loss: MetricRange = {
  name: 'loss/policy',
  total: 2,
  points: [point(0, 1), point(4, 0.5)],
  buckets: [],
  gaps: [],
}
const bucketed: MetricRange = {
  name: 'loss/solver',
  total: 214_000,
  points: [],
  buckets: [{ first: point(0, 1), last: point(99, 2), min: point(50, -3), max: point(20, 9), count: 100 }],
  gaps: [],
}
const readOn = (axis: MetricAxis) => [loss, bucketed].map((range) => readSeries(range, axis))
const series: readonly PlotSeries[] = [
  { metric: 'loss/policy', label: 'all', colour: 0 },
  { metric: 'loss/solver', label: 'solver', colour: 1, pattern: 'dashed' },
  { metric: 'loss/verifier', label: 'none', colour: 2 },
]

test('lines: time in minutes, a bucket as its four points in order, a series without points left out', () => {
  assert.deepEqual(plotLines(series, readOn('timeMs')), [
    {
      label: 'all',
      colour: 0,
      pattern: 'solid',
      points: [
        [0, 1],
        [4, 0.5],
      ],
    },
    {
      label: 'solver',
      colour: 1,
      pattern: 'dashed',
      points: [
        [0, 1],
        [20, 9],
        [50, -3],
        [99, 2],
      ],
    },
  ])
})

test('how many points of how many: those of the longest line, and whether the others have as many', () => {
  assert.deepEqual(shownPoints(series, readOn('step')), { shown: 4, total: 214_000, isEven: false })
  const none = { name: 'loss/verifier', total: 0, points: [] }
  assert.deepEqual(shownPoints(series, [readSeries(loss, 'step'), none]), {
    shown: 2,
    total: 2,
    isEven: true,
  })
  assert.equal(shownText({ shown: 1200, total: 214_000, isEven: true }), '1,200 of 214,000 points a line')
  assert.equal(shownText({ shown: 40, total: 40, isEven: true }), '40 points a line')
  assert.equal(shownText({ shown: 121, total: 121, isEven: false }), 'up to 121 points a line')
  assert.equal(shownText(shownPoints(series, [])), 'no points yet')
})

test('a stretch of x that all runs of a comparison ended before is none', () => {
  assert.deepEqual(rangeWithin({ from: 10, to: 30 }, { from: 0, to: 20 }), { from: 10, to: 30 })
  assert.equal(rangeWithin({ from: 20, to: 30 }, { from: 0, to: 20 }), null)
  assert.equal(rangeWithin(null, { from: 0, to: 20 }), null)
})

test('zoom keeps the middle, stays within the run, and is no zoom at its ends', () => {
  const whole = { from: 0, to: 100 }
  assert.deepEqual(zoomed(whole, 0.5, whole), { from: 25, to: 75 })
  assert.deepEqual(zoomed({ from: 0, to: 10 }, 2, whole), { from: 0, to: 15 })
  assert.equal(zoomed({ from: 25, to: 75 }, 2, whole), null)
  assert.deepEqual(storedRange({ from: 1, to: 2 }, 'timeMs'), { from: 60_000, to: 120_000 })
  assert.deepEqual(storedRange(null, 'step'), { from: null, to: null })
  assert.deepEqual(wholeRange(plotLines(series, readOn('step'))), { from: 0, to: 99 })
  assert.equal(wholeRange([]), null)
})

test('all plots get the same ends of x', () => {
  assert.deepEqual(withXRange({ xAxis: { min: 'dataMin', name: 'step' } }, { from: 3, to: 9 }), {
    xAxis: { min: 3, max: 9, name: 'step' },
  })
})

test('both tabs name only metrics that the registry knows, with units from it', () => {
  assert.equal(mainPlots.length, 7)
  for (const { shape } of [...mainPlots, ...morePlots]) {
    assert.ok(shape.series.length > 0, shape.title)
    for (const { metric } of shape.series) assert.ok(findMetric(metric), metric)
  }
  assert.equal(morePlots.find(({ id }) => id === 'entropy')?.shape.yLabel, 'nats per token')
})

test('a comparison: fields that differ, without name, tags and notes', () => {
  const config = (layer: object): string => JSON.stringify(presetConfig('builtin', { ...layer }))
  const a = sampleRunRow('aaaaaa1', { name: 'same', config: config({ seed: 1, name: 'x' }) })
  const b = sampleRunRow('aaaaaa2', { name: 'same', config: config({ seed: 2, name: 'y' }) })
  assert.deepEqual(differingFields([a, b]), [{ path: 'seed', values: [1, 2] }])
  assert.deepEqual(runLabels([a, b]), ['same (aaaaa1)', 'same (aaaaa2)'])
})

test('a comparison: one line a run in the run’s colour; a hidden run has none', () => {
  const plot = comparedPlots.find(({ id }) => id === 'training-loss')
  assert.ok(plot)
  const read = [readSeries(loss, 'step')]
  const lines = comparedLines(plot, [read, read, read], {
    labels: ['a', null, 'c'],
    colours: [0, 1, 2],
    patterns: ['solid', 'solid', 'dotted'],
  })
  assert.deepEqual(
    lines.map(({ label, colour, pattern }) => [label, colour, pattern]),
    [
      ['a', 0, 'solid'],
      ['c', 2, 'dotted'],
    ],
  )
})

test('V* of several runs: the share of problems up to each value', () => {
  const bins = [
    { low: 0, high: 0, count: 1 },
    { low: 0, high: 0.5, count: 2 },
    { low: 1, high: 1, count: 1 },
  ]
  const [line] = vStarLines([{ vStarId: 'v', problems: 4, withoutSignal: 0.5, bins }, null], {
    labels: ['a', 'b'],
    colours: [3, 1],
    patterns: ['solid', 'dashed'],
  })
  assert.deepEqual([line?.colour, line?.stepped], [3, true])
  assert.deepEqual(line?.points, [
    [0, 0.25],
    [0.5, 0.75],
    [1, 1],
  ])
})

test('test scores are those of the last evaluation of the test split', () => {
  const at = (step: number, split: Evaluation['split']): Evaluation => {
    return {
      evaluationId: `${step}`,
      runId: 'r',
      step,
      split,
      samples: 1,
      problems: 1,
      proportions: {},
      createdAtMs: 0,
    }
  }
  assert.equal(lastTest([at(0, 'test'), at(40, 'test'), at(50, 'validation')])?.step, 40)
  assert.equal(lastTest([at(50, 'validation')]), null)
})

test('outcomes in words', () => {
  const base = sampleRollout(1, 0, 0)
  const [attempt] = base.turns
  assert.ok(attempt)
  const wrong = { ...attempt, isCorrect: false }
  const correct = { ...attempt, isCorrect: true }
  const fixed = {
    ...base,
    verdict: 'wrong' as const,
    turns: [wrong, { ...correct, kind: 'revision' as const }],
  }
  assert.equal(outcomeText(fixed), 'wrong → correct')
  assert.equal(isFinallyCorrect(fixed), true)
  assert.equal(outcomeText({ ...base, verdict: 'correct', turns: [wrong] }), 'wrong, not caught')
  assert.equal(outcomeText({ ...base, verdict: 'unparsed', turns: [correct] }), 'correct, verdict unparsed')
  assert.equal(isFinallyCorrect({ ...base, verdict: 'correct', turns: [wrong] }), false)
})

test('many events of a run become one reading of each answer they touch', () => {
  const touched = new TouchedRuns()
  const metrics = {
    type: 'metrics',
    step: 1,
    stepsDone: 2,
    timeMs: 1,
    tokens: 1,
    problems: 1,
    values: {},
  } as const
  for (let count = 0; count < 500; count++) touched.add({ runIds: ['r'], event: metrics })
  touched.add({ runIds: ['r'], event: { type: 'changed' } })
  const [only, ...others] = touched.take()
  assert.equal(others.length, 0)
  assert.deepEqual(
    [...(only?.routes ?? [])],
    [
      'run.get',
      'metrics.range',
      'metrics.names',
      'run.list',
      'run.values',
      'vStar.list',
      'sweep.list',
      'sweep.get',
      'sweep.curves',
    ],
  )
  assert.deepEqual(touched.take(), [])
  assert.equal(isTouched('metrics.range', { runId: 'r' }, 'r'), true)
  assert.equal(isTouched('metrics.range', { runId: 'other' }, 'r'), false)
  assert.equal(isTouched('run.list', { archived: false }, 'r'), true)
})

test('an event of many runs is one reading for each, or one of all; missed events are one reading of everything', () => {
  const touched = new TouchedRuns()
  touched.add({ runIds: ['a', 'b'], event: { type: 'deleted' } })
  assert.deepEqual(
    touched.take().map(({ runId }) => runId),
    ['a', 'b'],
  )
  touched.add({ runIds: null, event: { type: 'changed' } })
  const [any] = touched.take()
  assert.equal(any?.runId, null)
  assert.equal(isTouched('run.get', { runId: 'whichever' }, null), true)
  touched.add({ runIds: ['a'], event: { type: 'changed' } })
  touched.add({ runIds: null, event: { type: 'missed' } })
  assert.deepEqual(touched.take(), [{ runId: null, routes: 'all' }])
  assert.deepEqual(touched.take(), [])
})
