import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { forkRandom } from '../../src/core/random.ts'
import { bootstrapMean, mcNemarExact, median, pairedBootstrap, wilson } from '../../src/shared/statistics.ts'
import { assertClose } from '../assertClose.ts'

interface Bounds {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/** Made by tests/oracles/intervals.py with SciPy. */
const scipy = JSON.parse(
  readFileSync(`${import.meta.dirname}/../fixtures/statistics/scipy.json`, 'utf8'),
) as {
  readonly wilson: readonly { successes: number; trials: number; low: number; high: number }[]
  readonly mcnemar: readonly { onlyFirst: number; onlySecond: number; p: number }[]
  readonly bootstrap: readonly {
    readonly pairs: readonly (readonly [number, number])[]
    readonly difference: Bounds
    readonly mean: Bounds
  }[]
}

test('Wilson intervals equal SciPy’s to 1e-12, at 0 and at n as well', () => {
  assert.equal(scipy.wilson.length, 11)
  for (const { successes, trials, low, high } of scipy.wilson) {
    const interval = wilson(successes, trials)
    assertClose(interval.low ?? NaN, low, 1e-12)
    assertClose(interval.high ?? NaN, high, 1e-12)
  }
})

test('Wilson of nothing is null, not 0; impossible counts are refused', () => {
  assert.deepEqual(wilson(0, 0), { successes: 0, trials: 0, value: null, low: null, high: null })
  assert.throws(() => wilson(3, 2), /wilson: expected 0 ≤ successes ≤ trials, both whole, got 3 of 2/)
  assert.throws(() => wilson(0.5, 2), RangeError)
})

test('Wilson is symmetric in right and wrong', () => {
  const [a, b] = [wilson(3, 17), wilson(14, 17)]
  assertClose((a.low ?? NaN) + (b.high ?? NaN), 1, 1e-15)
})

test('McNemar’s exact p equals SciPy’s binomial test, for thousands of problems too', () => {
  for (const { onlyFirst, onlySecond, p } of scipy.mcnemar) {
    assertClose(mcNemarExact(onlyFirst, onlySecond) / p, 1, 1e-9)
  }
  // by hand: 2 · (1/2)⁵
  assertClose(mcNemarExact(0, 5), 0.0625, 1e-15)
})

test('bootstrap intervals agree with SciPy’s 100,000 resamples within the noise of 20,000', () => {
  for (const [index, { pairs, difference, mean }] of scipy.bootstrap.entries()) {
    const random = forkRandom(6, 'bootstrap test', index)
    const nextInt = (bound: number): number => random.nextInt(bound)
    const paired = pairedBootstrap(pairs, nextInt, 20_000)
    const first = bootstrapMean(
      pairs.map(([a]) => a),
      nextInt,
      20_000,
    )
    for (const [ours, theirs] of [
      [paired, difference],
      [first, mean],
    ] as const) {
      // the 2.5 % point of 20,000 resamples has a standard error of about 0.02 standard errors of the mean
      const tolerance = 0.04 * (theirs.high - theirs.low)
      assertClose(ours.estimate, theirs.estimate, 1e-12)
      assertClose(ours.low, theirs.low, tolerance)
      assertClose(ours.high, theirs.high, tolerance)
    }
  }
})

test('the paired interval is narrower than what unpaired means would give', () => {
  const pairs = Array.from({ length: 200 }, (_, i) => [i % 2, i % 2 === 1 || i % 40 === 0 ? 1 : 0] as const)
  const random = forkRandom(1, 'paired')
  const { estimate, low, high } = pairedBootstrap(pairs, (bound) => random.nextInt(bound), 2_000)
  // 5 of 200 problems changed: the unpaired standard error alone would be √(2 · 0.25 / 200) = 0.05
  assertClose(estimate, 0.025, 1e-12)
  assert.ok(high - low < 0.05)
})

test('same seed, same bounds; other seed, other bounds', () => {
  const values = Array.from({ length: 50 }, (_, i) => Math.sqrt(i))
  const run = (seed: number): Bounds => {
    const random = forkRandom(seed, 'bootstrap')
    return bootstrapMean(values, (bound) => random.nextInt(bound), 500)
  }
  assert.deepEqual(run(1), run(1))
  assert.notDeepEqual(run(1), run(2))
})

test('no values are refused', () => {
  assert.throws(() => bootstrapMean([], () => 0), /bootstrapMean: expected at least one value, got none/)
})

test('the median: the middle value, of an even number the mean of the middle two; the values stay in their order', () => {
  const values = [9, 1, 4]
  assert.equal(median(values), 4)
  assert.deepEqual(values, [9, 1, 4])
  assert.equal(median([10, 2, 4, 3]), 3.5)
  assert.ok(Number.isNaN(median([])))
})
