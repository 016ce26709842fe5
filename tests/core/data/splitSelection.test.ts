import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Problem } from '../../../src/core/data/problem.ts'
import { SmallestKeys } from '../../../src/core/data/smallestKeys.ts'
import { SplitSelection } from '../../../src/core/data/splitSelection.ts'
import { forkRandom } from '../../../src/core/random.ts'

const problem = (i: number, more: Partial<Problem> = {}): Problem => ({
  id: `file:${i}`,
  question: `Q ${i}?`,
  answer: '1',
  canonical: `q ${i}`,
  subject: null,
  level: null,
  ...more,
})

test('the weight is that of what is kept, through every item that is pushed out', () => {
  const random = forkRandom(4, 'weights')
  const smallest = new SmallestKeys<number>(10, (item) => item)
  for (let i = 0; i < 500; i++) {
    smallest.offer(random.nextInt(300), random.nextInt(1000))
    assert.equal(
      smallest.weight,
      smallest.items().reduce((sum, item) => sum + item, 0),
    )
  }
})

test('problems with more text than memory should hold are refused, whichever split they are for', () => {
  // one text for all of them: it is their length that counts
  const question = 'x'.repeat(2 ** 20)
  for (const split of ['train', 'test'] as const) {
    const selection = new SplitSelection({ train: 400, validation: 0, test: 400 }, 0, ['test'])
    assert.throws(
      () => {
        for (let i = 0; i < 400; i++) selection.offer(problem(i, { question }), split)
      },
      {
        code: 'data.too-large',
        message: /more than 256 million characters, the last one 10485\d\d \(file:255\)/,
      },
    )
  }
  const few = new SplitSelection({ train: 100, validation: 0, test: 0 }, 0, [])
  for (let i = 0; i < 400; i++) few.offer(problem(i, { question }), 'train')
  assert.equal(few.splits().train.length, 100)
})

test('two problems of a split with one id are refused; one in each split may have it', () => {
  const sizes = { train: 2, validation: 0, test: 1 }
  const twice = new SplitSelection(sizes, 0, ['test'])
  for (const i of [1, 2]) twice.offer(problem(i, { id: 'math:7' }), 'train')
  assert.throws(() => twice.splits(), {
    code: 'data.invalid',
    message: /two problems have the id "math:7": "Q [12]\?" and "Q [12]\?"/,
  })
  const apart = new SplitSelection({ ...sizes, train: 1 }, 0, ['test'])
  apart.offer(problem(1, { id: 'math:7' }), 'train')
  apart.offer(problem(2, { id: 'math:7' }), 'test')
  assert.equal(apart.splits().test[0]?.id, 'math:7')
})
