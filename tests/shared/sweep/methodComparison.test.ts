import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forkRandom } from '../../../src/core/random.ts'
import {
  meanCurve,
  methodDifferences,
  summariseMethods,
  type MethodScore,
} from '../../../src/shared/sweep/methodComparison.ts'
import {
  chancesOfBest,
  holmAdjusted,
  interquartileMean,
  pairedPValue,
  stratifiedBootstrap,
} from '../../../src/shared/sweep/seedStatistics.ts'
import { assertClose } from '../../assertClose.ts'

const random = forkRandom(0, 'test')
const nextInt = (bound: number): number => random.nextInt(bound)

test('interquartile mean: a quarter, rounded down, cut off at either end, as SciPy’s trim_mean', () => {
  assert.equal(interquartileMean([9, 1, 2]), 4)
  assert.equal(interquartileMean([100, 1, 2, 3]), 2.5)
  // of five one at either end: 2, 3 and 7
  assert.equal(interquartileMean([7, -50, 3, 900, 2]), 4)
  assert.equal(interquartileMean([1, 2, 3, 4, 5, 6, 7, 800]), 4.5)
  assert.throws(() => interquartileMean([]), RangeError)
})

test('stratified bootstrap: every draw has as many of each stratum as there are', () => {
  const seen = new Set<string>()
  const { estimate, low, high } = stratifiedBootstrap(
    [[0, 0], [10]],
    (values) => {
      seen.add(values.join(' '))
      return Math.max(...values)
    },
    nextInt,
  )
  assert.deepEqual([estimate, low, high], [10, 10, 10])
  assert.deepEqual(seen, new Set(['0 0 10']))
  // of two values the mean is low, middle or high with 1/4, 1/2, 1/4
  const two = stratifiedBootstrap([[0, 1]], (values) => values.reduce((a, b) => a + b, 0) / 2, nextInt)
  assert.deepEqual([two.low, two.estimate, two.high], [0, 0.5, 1])
})

test('paired t test by hand: differences 1, 2, 3 have t = 2/(1/√3) = 3.4641 with two degrees, p = 0.0742', () => {
  assertClose(pairedPValue([1, 2, 3]) ?? NaN, 0.0741799, 1e-6)
  assertClose(pairedPValue([-1, -2, -3]) ?? NaN, 0.0741799, 1e-6)
  assert.deepEqual([pairedPValue([4]), pairedPValue([0, 0]), pairedPValue([2, 2])], [null, 1, 0])
})

test('Holm by hand: the smallest times their number, the next times one less, never falling, at most 1', () => {
  const adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.005])
  // sorted .005·4, .01·3, .03·2, .04·1 → .02, .03, .06, .06
  assert.deepEqual(
    adjusted.map((p) => Number(p.toFixed(10))),
    [0.03, 0.06, 0.06, 0.02],
  )
  assert.deepEqual(holmAdjusted([0.9, 0.8]), [1, 1])
})

test('chance of being best: sure where all seeds are above, shared where all are alike, unknown with one seed', () => {
  assert.deepEqual(
    chancesOfBest(
      [
        [0.9, 0.8],
        [0.1, 0.2],
      ],
      nextInt,
    ),
    [1, 0],
  )
  const shared = chancesOfBest(
    [
      [0.5, 0.5],
      [0.5, 0.5],
    ],
    nextInt,
  )
  assert.deepEqual(shared, [0.5, 0.5])
  assert.equal(chancesOfBest([[0.9], [0.1, 0.2]], nextInt), null)
})

function score(method: string, seed: number, final: number, more: Partial<MethodScore> = {}): MethodScore {
  return {
    method,
    seed,
    steps: 10,
    tokens: 1000 + seed,
    ms: 60_000,
    attemptBefore: 0.5,
    finalBefore: 0.5,
    attempt: final - 0.1,
    final,
    balancedVerifier: null,
    answerTokens: 80,
    curve: [],
    ...more,
  }
}

const scores = [
  score('A', 0, 0.8),
  score('A', 1, 0.7),
  score('B', 0, 0.6),
  score('B', 1, 0.6, { balancedVerifier: 0.7 }),
  score('C', 0, 0.7),
]

test('a summary a method that has finished runs, in the order given; what a solved problem costs', () => {
  const [a, b, c, ...others] = summariseMethods(['A', 'B', 'C', 'D'], scores, nextInt)
  assert.equal(others.length, 0)
  assertClose(a?.final.mean ?? NaN, 0.75, 1e-12)
  assertClose(a?.gain.mean ?? NaN, 0.1, 1e-12)
  assertClose(a?.learned.mean ?? NaN, 0.25, 1e-12)
  assert.equal(a?.tokens, 1000.5)
  assertClose(a?.tokensPerSolved ?? NaN, 80 / 0.75, 1e-9)
  assert.deepEqual([a?.balancedVerifier, b?.balancedVerifier?.mean], [null, 0.7])
  // one seed of C says nothing of its spread
  assert.deepEqual([a?.chanceOfBest, c?.final.low], [null, null])
})

test('differences to the first are paired by seed; Bonferroni widens the interval, Holm the p', () => {
  const found = methodDifferences(['A', 'B', 'C'], scores).filter(({ metric }) => metric === 'Acc@final')
  assert.deepEqual(
    found.map(({ method, difference }) => [method, Number(difference.mean.toFixed(6)), difference.count]),
    [
      ['B', -0.15, 2],
      ['C', -0.1, 1],
    ],
  )
  // differences −0.2 and −0.1: half of the 97.5 % interval is t(0.975; 1) · 0.05 = 25.4517 · 0.05
  assertClose(found[0]?.difference.high ?? NaN, -0.15 + 25.4517 * 0.05, 1e-4)
  assert.equal(found[1]?.p, null, 'one seed has no p')
  const both = methodDifferences(['A', 'B'], scores)
  const p = both.find(({ metric }) => metric === 'Acc@final')?.p
  // t = 3 with one degree: p = 1 − (2/π)·atan 3
  assertClose(p ?? NaN, 1 - (2 / Math.PI) * Math.atan(3), 1e-9)
})

test('a mean curve has the evaluations that every seed has', () => {
  const point = (step: number, tokens: number, accuracy: number) => ({
    step,
    tokens,
    ms: step * 1000,
    accuracy,
  })
  const curve = meanCurve([
    score('A', 0, 1, { curve: [point(0, 0, 0.5), point(10, 900, 0.7), point(20, 2000, 0.9)] }),
    score('A', 1, 1, { curve: [point(0, 0, 0.7), point(10, 1100, 0.9)] }),
  ])
  assert.deepEqual(
    curve.map(({ tokens, accuracy }) => [tokens, Number(accuracy.toFixed(6))]),
    [
      [0, 0.6],
      [1000, 0.8],
    ],
  )
  assert.deepEqual(meanCurve([]), [])
})

test('one whose best seed is below the worst of another is never the best, and changes nothing of the others', () => {
  const groups = [
    [0.5, 0.7],
    [0.4, 0.6],
  ] as const
  const draws = (all: readonly (readonly number[])[]) => {
    const random = forkRandom(1, 'a test')
    return chancesOfBest(all, (bound) => random.nextInt(bound))
  }
  const alone = draws(groups) ?? assert.fail('none')
  assert.deepEqual(draws([[0.1, 0.39], ...groups]), [0, ...alone])
  // means 0.5, 0.6, 0.6, 0.7 against 0.4, 0.5, 0.5, 0.6: of sixteen pairs one is lost and four are ties (0.5 once
  // with two, 0.6 twice with one)
  assert.ok(Math.abs((alone[0] ?? 0) - (11 + 4 / 2) / 16) < 0.02, String(alone))
})
