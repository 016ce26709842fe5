import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meanInterval, studentQuantile, studentWithin } from '../../../src/shared/sweep/studentT.ts'
import { assertClose } from '../../assertClose.ts'

test('quantiles of Student’s t as printed in tables (97.5 %, and 99.5 % two-sided 99 %)', () => {
  const table: readonly (readonly [number, number, number])[] = [
    [1, 12.706205, 63.656741],
    [2, 4.302653, 9.924843],
    [3, 3.182446, 5.840909],
    [4, 2.776445, 4.604095],
    [9, 2.262157, 3.249836],
    [30, 2.042272, 2.749996],
    [100, 1.983972, 2.625891],
  ]
  for (const [degrees, at95, at99] of table) {
    assertClose(studentQuantile(0.95, degrees), at95, 2e-6)
    assertClose(studentQuantile(0.99, degrees), at99, 2e-5)
  }
})

test('the quantile is the inverse of the distribution', () => {
  for (let degrees = 1; degrees < 40; degrees++)
    for (const share of [0.1, 0.5, 0.9, 0.999])
      assertClose(studentWithin(studentQuantile(share, degrees), degrees), share, 1e-9)
  for (const degrees of [0, 1.5, -1]) assert.throws(() => studentWithin(1, degrees), RangeError)
  assert.throws(() => studentQuantile(1, 3), RangeError)
})

test('a mean over seeds: 0.7, 0.8, 0.9 by hand; one seed has no interval', () => {
  const { mean, low, high, count } = meanInterval([0.7, 0.8, 0.9])
  assertClose(mean, 0.8, 1e-12)
  // 4.302653 · 0.1 / √3
  assertClose(low ?? NaN, 0.8 - 0.248414, 1e-6)
  assertClose(high ?? NaN, 0.8 + 0.248414, 1e-6)
  assert.equal(count, 3)
  assert.deepEqual(meanInterval([0.5]), { mean: 0.5, low: null, high: null, count: 1 })
  assert.throws(() => meanInterval([]), RangeError)
})
