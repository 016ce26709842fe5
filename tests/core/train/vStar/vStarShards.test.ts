import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shardRange } from '../../../../src/core/train/vStar/vStarShards.ts'

const rangesOf = (problems: number, of: number, chunk: number) =>
  Array.from({ length: of }, (_, index) => shardRange(problems, { number: index + 1, of }, chunk))

test('every problem is in exactly one shard, in order, whatever the counts; no shard has much more than its part', () => {
  for (const problems of [0, 1, 2, 7, 63, 64, 65, 500, 1000])
    for (const shards of [1, 2, 3, 7, 16, 64, 101])
      for (const chunk of [1, 5, 64]) {
        const ranges = rangesOf(problems, shards, chunk)
        const all = ranges.flatMap(({ first, end }) =>
          Array.from({ length: end - first }, (_, index) => first + index),
        )
        assert.deepEqual(
          all,
          Array.from({ length: problems }, (_, index) => index),
          `${problems} problems in ${shards} shards of chunks of ${chunk}`,
        )
        const unit = Math.ceil(problems / chunk) >= shards ? chunk : 1
        for (const { first, end } of ranges)
          assert.ok(end - first <= Math.ceil(problems / shards / unit) * unit)
      }
})

test('shards have whole chunks where there are as many as shards: 1000 problems, 64 sampled together, 7 shards', () => {
  // 16 chunks, the last of 40: 2, 2, 2, 3, 2, 2, 3 of them
  assert.deepEqual(
    rangesOf(1000, 7, 64).map(({ first }) => first / 64),
    [0, 2, 4, 6, 9, 11, 13],
  )
  assert.equal(rangesOf(1000, 7, 64).at(-1)?.end, 1000)
})
