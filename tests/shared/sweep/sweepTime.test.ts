import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runSeconds, sweepSeconds, timesOf } from '../../../src/shared/sweep/sweepTime.ts'

test('the times of a run of seven steps with evaluations after the third and sixth', () => {
  // 10 s of loading, steps of 2 s, evaluations of 5 s between them, 4 s at the end
  const overAt = [12, 14, 16, 23, 25, 27, 34]
  const times = timesOf({ seconds: 38, overAt, steps: [2, 2, 2, 2, 2, 2, 2], evalEvery: 3 })
  assert.deepEqual(times, { once: 14, step: 2, evaluation: 5 })
  assert.equal(runSeconds(times, { steps: 7, evalEvery: 3 }), 38)
  // the evaluation after the last step is among what comes once
  assert.equal(runSeconds(times, { steps: 12, evalEvery: 3 }), 14 + 24 + 15)
  assert.equal(runSeconds(times, { steps: 12, evalEvery: Infinity }), 14 + 24)
})

test('one step that was held up does not count for all; a run without a step tells nothing', () => {
  const { step } = timesOf({ seconds: 20, overAt: [3, 5, 14, 16], steps: [2, 2, 9, 2], evalEvery: 100 })
  assert.equal(step, 2)
  assert.throws(() => timesOf({ seconds: 1, overAt: [], steps: [], evalEvery: 1 }), RangeError)
})

test('24 runs: a round each on one card, three on eight, one on 64', () => {
  assert.deepEqual(
    [1, 8, 23, 24, 64].map((cards) => sweepSeconds(10, 24, cards)),
    [240, 30, 20, 10, 10],
  )
})
