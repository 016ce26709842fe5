import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareAdamW } from '../../../../src/main/tools/verify/compareStep.ts'
import type { Expectations } from '../../../../src/main/tools/verify/expectations.ts'

const learningRate = 1e-3
const name = 'model.norm.weight'
/**
 * Start, stored gradient and stored result of four elements; the gradients of the last two are rounding
 * noise.
 */
const start = [1, 2, 3, 4]
const gradient = [0.5, -2e-6, 9.9e-7, 0]
const stored = [0.999, 2.001, 2.999, 4]

/**
 * The rows of one update that ended at `after`. @param prefix of the stored names: '' for a checkpoint, a
 * loss for rl-step
 */
function rowsOf(after: readonly number[], prefix: string): (readonly [what: string, passed: boolean])[] {
  const tensor = (values: readonly number[]) => ({
    shape: [values.length],
    values: Float32Array.from(values),
  })
  const tensors = new Map([
    [`${prefix}grad.${name}`, tensor(gradient)],
    [`${prefix}adamw.${name}`, tensor(stored)],
  ])
  const expected: Expectations = { folder: '/golden', json: {}, tensors }
  const rows = compareAdamW(
    { engine: 'test', expected, prefix },
    { after: new Map([[name, tensor(after)]]), start: new Map([[name, tensor(start)]]), learningRate },
  )
  return [...rows].map(({ quantity, limit, passed }) => [
    `${quantity.replace(`${prefix}adamw.${name}`, 'result')}: ${limit}`,
    passed,
  ])
}

const result = 'result: 0.00001'
const noise = 'result (gradient < 1e-6: way from the start): 0.002'

for (const prefix of ['', 'reinforce.', 'astar_n0_beta0.1.']) {
  test(`AdamW rows "${prefix}adamw.*": 1e-5 where the gradient is at least 1e-6, else 2·lr from the start`, () => {
    // noise that went the other way by a full step is no fault
    assert.deepEqual(rowsOf([0.999, 2.001, 3.001, 4.001], prefix), [
      [result, true],
      [noise, true],
    ])
    assert.deepEqual(rowsOf([0.999, 2.001, 3, 4], prefix), [[result, true]])
    assert.deepEqual(rowsOf([0.99902, 2.001, 2.999, 4], prefix), [
      [result, false],
      [noise, true],
    ])
    assert.deepEqual(rowsOf([0.999, 2.00102, 2.999, 4], prefix), [
      [result, false],
      [noise, true],
    ])
    assert.deepEqual(rowsOf([0.999, 2.001, 3.0021, 4], prefix), [
      [result, true],
      [noise, false],
    ])
    assert.deepEqual(rowsOf([0.999, 2.001, NaN, 4], prefix), [
      [result, true],
      [noise, false],
    ])
    assert.deepEqual(rowsOf([NaN, 2.001, 2.999, 4], prefix), [
      [result, false],
      [noise, true],
    ])
    assert.deepEqual(rowsOf([0.999, 2.001, 2.999], prefix), [
      [result, false],
      [noise, true],
    ])
  })
}
