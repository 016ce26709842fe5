import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sweepPace } from '../../../src/shared/sweep/sweepPace.ts'

test('a trial a minute and ten left: sixty an hour, ten minutes; the last twenty decide', () => {
  const minute = 60_000
  assert.deepEqual(sweepPace([3 * minute, minute, 2 * minute], 10), {
    trialsPerHour: 60,
    msLeft: 10 * minute,
  })
  const quick = Array.from({ length: 20 }, (_, index) => 1e9 + index * 1000)
  assert.deepEqual(sweepPace([0, 5, 9].concat(quick), 4), { trialsPerHour: 3600, msLeft: 4000 })
})

test('nothing is said of two, of none left, or of ends at one moment', () => {
  assert.equal(sweepPace([1, 2], 5), null)
  assert.equal(sweepPace([1, 2, 3], 0), null)
  assert.equal(sweepPace([7, 7, 7], 5), null)
})
