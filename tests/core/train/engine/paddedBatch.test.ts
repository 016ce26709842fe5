import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  longestRowOfBuckets,
  padIds,
  padInput,
  splitIntoMicroBatches,
} from '../../../../src/core/train/engine/paddedBatch.ts'
import { lengthBuckets } from '../../../../src/core/train/engine/trainerSetup.ts'

test('rows go longest first into micro-batches, each padded to the bucket of its longest row', () => {
  // lengths 9, 3, 17, 5, 2 predict 8, 2, 16, 4 and 1 tokens
  assert.deepEqual(splitIntoMicroBatches([9, 3, 17, 5, 2], [4, 8, 16], 2), [
    { rowNumbers: [2, 0], bucket: 16 },
    { rowNumbers: [3, 1], bucket: 4 },
    { rowNumbers: [4], bucket: 4 },
  ])
})

test('rows of one length keep their order, so the same lengths are always split the same way', () => {
  assert.deepEqual(
    splitIntoMicroBatches([5, 5, 5], [4], 2).flatMap((batch) => batch.rowNumbers),
    [0, 1, 2],
  )
  assert.deepEqual(splitIntoMicroBatches([], [4], 2), [])
})

test('a row beyond the last bucket and a row without a prediction are refused', () => {
  assert.throws(() => splitIntoMicroBatches([5, 6], [2, 4], 2), {
    code: 'trainer.too-long',
    message: /A row has 6 tokens, the longest this trainer takes is 5/,
  })
  assert.throws(() => splitIntoMicroBatches([5, 1], [2, 4], 2), {
    code: 'trainer.empty-row',
    message: /A row has 1 tokens; it needs at least 2/,
  })
})

test('the longest row is bound by the last bucket and by the model’s positions', () => {
  assert.equal(longestRowOfBuckets([8, 32, 16], 64), 33)
  assert.equal(longestRowOfBuckets([8, 128], 64), 65)
})

test('ids and targets are the row without its last and without its first token; rows that are missing are zeros', () => {
  const { ids, targets } = padIds([Int32Array.of(7, 8, 9), Int32Array.of(4, 5)], 3, 4)
  assert.deepEqual([...ids], [7, 8, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0])
  assert.deepEqual([...targets], [8, 9, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0])
})

test('loss inputs are padded per token or per turn, and checked', () => {
  const rows = [
    {
      ids: Int32Array.of(7, 8, 9),
      inputs: { attemptMask: Float32Array.of(0, 1), turnWeight: Float32Array.of(1, 2, 3) },
    },
  ]
  const size = { rowCount: 2, bucket: 3 }
  assert.deepEqual([...padInput(rows, { name: 'attemptMask', per: 'token' }, size)], [0, 1, 0, 0, 0, 0])
  assert.deepEqual([...padInput(rows, { name: 'turnWeight', per: 'turn' }, size)], [1, 2, 3, 0, 0, 0])
  assert.throws(() => padInput(rows, { name: 'turnWeight', per: 'token' }, size), {
    code: 'trainer.inputs',
    message: /Loss input "turnWeight" of a row with 3 tokens: expected 2 numbers, got 3/,
  })
})

test('eight buckets at most, the last one as long as asked', () => {
  assert.deepEqual(lengthBuckets(128), [32, 48, 64, 96, 128])
  assert.deepEqual(lengthBuckets(700), [64, 96, 128, 192, 256, 384, 512, 700])
  assert.deepEqual(lengthBuckets(20), [20])
})
