import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProblemBatches } from '../../../src/core/data/problemBatches.ts'
import type { Problem } from '../../../src/core/data/problem.ts'

const problems: readonly Problem[] = Array.from({ length: 10 }, (_, i) => ({
  id: `p${i}`,
  question: `${i}?`,
  answer: String(i),
  canonical: String(i),
  subject: null,
  level: null,
}))

function ids(batch: readonly Problem[]): string {
  return batch.map((problem) => problem.id).join(' ')
}

test('no problem comes twice in an epoch, and the last partial batch is dropped', () => {
  const batches = new ProblemBatches(problems, 0)
  const epoch = [batches.next(4), batches.next(4)].flat()
  assert.equal(new Set(epoch).size, 8)
  assert.deepEqual(batches.cursor, { epoch: 0, taken: 8 })
  batches.next(4)
  assert.deepEqual(batches.cursor, { epoch: 1, taken: 4 })
})

test('an epoch of full batches holds every problem once, each epoch in another order', () => {
  const batches = new ProblemBatches(problems, 0)
  const first = [batches.next(5), batches.next(5)].flat()
  const second = [batches.next(5), batches.next(5)].flat()
  assert.deepEqual(new Set(first), new Set(problems))
  assert.deepEqual(new Set(second), new Set(problems))
  assert.notEqual(ids(first), ids(second))
})

test('the order is fixed by the seed', () => {
  const order = (seed: number): string => ids(new ProblemBatches(problems, seed).next(10))
  assert.equal(order(7), order(7))
  assert.notEqual(order(7), order(8))
})

test('going on from any cursor gives what never stopping gives', () => {
  const straight = new ProblemBatches(problems, 3)
  const expected = Array.from({ length: 12 }, () => ids(straight.next(3)))
  for (let stop = 0; stop < 12; stop++) {
    const before = new ProblemBatches(problems, 3)
    for (let i = 0; i < stop; i++) before.next(3)
    const resumed = new ProblemBatches(problems, 3, before.cursor)
    assert.deepEqual(
      Array.from({ length: 12 - stop }, () => ids(resumed.next(3))),
      expected.slice(stop),
    )
  }
})

test('impossible batches and cursors are refused', () => {
  const batches = new ProblemBatches(problems, 0)
  assert.throws(() => batches.next(11), /expected a batch of 1 to 10 problems, got 11/)
  assert.throws(() => batches.next(0), /got 0/)
  assert.throws(() => new ProblemBatches(problems, 0, { epoch: 0, taken: 11 }), /taken 11 problems.*only 10/)
})
