import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forkRandom } from '../../../src/core/random.ts'
import {
  comparePoints,
  keptPoints,
  pointSummaries,
  summariseSweep,
  type TrialScore,
} from '../../../src/shared/sweep/sweepSummary.ts'
import type { SweepPoint } from '../../../src/shared/sweep/sweepTrials.ts'
import { assertClose } from '../../assertClose.ts'

const point = (label: string, values: SweepPoint['values'] = {}): SweepPoint => ({ label, values, layer: {} })
const score = (of: SweepPoint, seed: number, validation: number | null, test = validation): TrialScore => ({
  trial: { point: of, seed },
  validation,
  test,
  tokens: 100,
})
const nextInt = () => {
  const random = forkRandom(1, 'test')
  return (bound: number) => random.nextInt(bound)
}

const grid = [0, 1].flatMap((x) => [0, 1].map((y) => point(`x=${x} y=${y}`, { x, y })))

test('points are ranked by the validation mean; only the best one’s test score is given', () => {
  const [a, b, c] = [point('a'), point('b'), point('c')]
  const scores = [score(a, 0, 0.5, 0.1), score(a, 1, 0.7, 0.3), score(b, 0, 0.8, 0.5), score(b, 1, 0.8, 0.7)]
  const summary = summariseSweep([a, b, c], scores, nextInt())
  assert.deepEqual(
    summary.points.map((each) => [each.point.label, each.validation?.count ?? 0]),
    [
      ['b', 2],
      ['a', 2],
      ['c', 0],
    ],
  )
  assertClose(summary.bestTest?.mean ?? NaN, 0.6, 1e-12)
  assert.equal(summary.bestIsBest, null) // c has no seed
  assert.equal(summariseSweep([a, b], scores, nextInt()).bestIsBest, 1)
})

test('two alike points are each best about half of the time', () => {
  const [a, b] = [point('a'), point('b')]
  const values = [0.4, 0.5, 0.6, 0.7]
  const scores = values.flatMap((value, seed) => [score(a, seed, value), score(b, seed, value)])
  const { bestIsBest } = summariseSweep([a, b], scores, nextInt())
  assert.ok(bestIsBest !== null && Math.abs(bestIsBest - 0.5) < 0.05, String(bestIsBest))
})

test('importance, by hand: x moves the metric by 0.2, y by 0.1, nothing else', () => {
  const scores = grid.map((each) =>
    score(each, 0, 0.5 + 0.2 * Number(each.values.x) + 0.1 * Number(each.values.y)),
  )
  const { importance } = summariseSweep(grid, scores, nextInt())
  // sums of squares 4·0.1² and 4·0.05² of 0.05
  assert.deepEqual(
    importance.map(({ path }) => path),
    ['x', 'y'],
  )
  assertClose(importance[0]?.share ?? NaN, 0.8, 1e-9)
  assertClose(importance[1]?.share ?? NaN, 0.2, 1e-9)
})

test('against the first point: paired by seed, widened for the number of comparisons', () => {
  const [a, b, c] = [point('a'), point('b'), point('c')]
  const scores = [0, 1, 2].flatMap((seed) => [
    score(a, seed, 0.5 + 0.1 * seed),
    score(b, seed, 0.6 + 0.1 * seed + 0.01 * seed),
    ...(seed < 2 ? [score(c, seed, 0.5)] : []),
  ])
  const [first, second] = comparePoints([a, b, c], scores)
  assertClose(first?.difference?.mean ?? NaN, 0.11, 1e-12)
  // differences 0.10, 0.11, 0.12; t of 97.5 % two-sided at 2 degrees is 6.205347
  assertClose(first?.difference?.high ?? NaN, 0.11 + (6.205347 * 0.01) / Math.sqrt(3), 1e-6)
  assert.equal(second?.difference?.count, 2)
})

test('halving keeps the better share, at least one, and nothing without a score', () => {
  const points = ['a', 'b', 'c', 'd', 'e'].map((label) => point(label))
  const scores = points.map((each, index) => score(each, 0, index === 4 ? null : 0.1 * index))
  const kept = (keep: number) => keptPoints(pointSummaries(points, scores), keep).map(({ label }) => label)
  assert.deepEqual(kept(0.5), ['d', 'c', 'b'])
  assert.deepEqual(kept(0.1), ['d'])
})
