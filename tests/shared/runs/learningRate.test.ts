import assert from 'node:assert/strict'
import { test } from 'node:test'
import { learningRateAt } from '../../../src/shared/runs/learningRate.ts'
import { assertClose } from '../../assertClose.ts'

const at = (schedule: 'constant' | 'linear' | 'cosine', warmupSteps: number) => (step: number) =>
  learningRateAt(step, { schedule, learningRate: 0.8, warmupSteps, steps: 12 })

test('warm-up rises in equal parts to the peak, whatever follows', () => {
  for (const schedule of ['constant', 'linear', 'cosine'] as const) {
    const rates = [0, 1, 2, 3].map(at(schedule, 4))
    ;[0.2, 0.4, 0.6, 0.8].forEach((expected, step) => assertClose(rates[step] ?? NaN, expected, 1e-12))
  }
})

test('after the warm-up: constant stays, linear and cosine fall from the peak to 0', () => {
  assert.deepEqual([4, 8, 11, 99].map(at('constant', 4)), [0.8, 0.8, 0.8, 0.8])
  const linear = at('linear', 4)
  assert.equal(linear(4), 0.8)
  assertClose(linear(8), 0.4, 1e-12)
  assertClose(linear(11), 0.1, 1e-12)
  assert.equal(linear(12), 0)
  const cosine = at('cosine', 4)
  assert.equal(cosine(4), 0.8)
  assertClose(cosine(6), 0.4 * (1 + Math.SQRT1_2), 1e-12)
  assertClose(cosine(8), 0.4, 1e-12)
  assertClose(cosine(12), 0, 1e-12)
})

test('no warm-up: the first step has the peak; never negative beyond the end', () => {
  assert.equal(at('linear', 0)(0), 0.8)
  assert.equal(at('linear', 0)(50), 0)
})
