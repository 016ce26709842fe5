import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeptPrefixes } from '../../../src/core/sampling/keptPrefixes.ts'

const cacheOf = (floats: number) => new Float32Array(floats)

test('the longest kept row that a prompt extends is found; the prompt itself is not its own prefix', () => {
  const kept = new KeptPrefixes(1000)
  kept.keep({ ids: [1, 2], cache: cacheOf(1) })
  kept.keep({ ids: [1, 2, 3], cache: cacheOf(2) })
  kept.keep({ ids: [1, 9], cache: cacheOf(3) })
  assert.deepEqual(kept.longestPrefixOf([1, 2, 3, 4])?.ids, [1, 2, 3])
  assert.deepEqual(kept.longestPrefixOf([1, 2, 3])?.ids, [1, 2])
  assert.deepEqual(kept.longestPrefixOf([1, 9, 3])?.ids, [1, 9])
  assert.equal(kept.longestPrefixOf([2, 1, 3]), null)
  assert.equal(kept.longestPrefixOf([1]), null)
})

test('the oldest caches go when the cap is passed; one larger than the cap is not kept', () => {
  const kept = new KeptPrefixes(40)
  for (const id of [1, 2, 3]) kept.keep({ ids: [id], cache: cacheOf(4) })
  assert.equal(kept.bytes, 32)
  assert.equal(kept.longestPrefixOf([1, 5]), null)
  assert.deepEqual(kept.longestPrefixOf([2, 5])?.ids, [2])
  kept.keep({ ids: [4], cache: cacheOf(11) })
  assert.equal(kept.longestPrefixOf([4, 5]), null)
  assert.equal(kept.bytes, 32)
})

test('the same row kept twice counts once; clear drops all', () => {
  const kept = new KeptPrefixes(100)
  kept.keep({ ids: [7, 8], cache: cacheOf(5) })
  kept.keep({ ids: [7, 8], cache: cacheOf(6) })
  assert.equal(kept.bytes, 24)
  kept.clear()
  assert.equal(kept.bytes, 0)
  assert.equal(kept.longestPrefixOf([7, 8, 9]), null)
})

test('thousands of rows are told apart', () => {
  const kept = new KeptPrefixes(1e6)
  const rows = Array.from({ length: 5000 }, (_, index) => [index % 83, Math.floor(index / 83), index % 7])
  for (const ids of rows) kept.keep({ ids, cache: cacheOf(1) })
  for (const ids of rows) assert.deepEqual(kept.longestPrefixOf([...ids, 1])?.ids, ids)
})
