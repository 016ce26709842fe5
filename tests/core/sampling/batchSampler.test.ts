import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BatchSampler } from '../../../src/core/sampling/batchSampler.ts'
import type { Decoder, NextTokens, SlotRoom } from '../../../src/core/sampling/decoder.ts'

const bytesPerPosition = 8
const token: NextTokens = { draw: () => ({ id: 5, logProb: 0 }) }

/** Draws one and the same token, and notes for what it made room and which caches it gave away. */
function countingDecoder() {
  const rooms: SlotRoom[] = []
  const saved: Float32Array[] = []
  const decoder: Decoder = {
    vocabularySize: 1000,
    maxPositions: 1000,
    cacheBytesPerPosition: bytesPerPosition,
    reserve: (room) => void rooms.push(room),
    setDraw: () => undefined,
    prefill: () => Promise.resolve(token),
    append: () => Promise.resolve(token),
    step: () => Promise.resolve(token),
    copySlot: () => undefined,
    readSlot(_slot, length) {
      const cache = new Float32Array((length * bytesPerPosition) / 4)
      saved.push(cache)
      return cache
    },
    writeSlot: () => undefined,
    clear: () => undefined,
    refresh: () => Promise.resolve(),
    dispose: () => Promise.resolve(),
  }
  const held = () => saved.reduce((sum, { byteLength }) => sum + byteLength, 0)
  return { decoder, rooms, held }
}

test('slots and the caches that rows leave to their next turns take no more than the cap together', async () => {
  const { decoder, rooms, held } = countingDecoder()
  const cap = 40 * 20 * bytesPerPosition
  const sampler = new BatchSampler({ decoder, kvMemoryBytes: cap, maxRows: 1000, stepwiseTokens: 0 })
  const settings = { temperature: 1, topP: 1, topK: 0, maxCompletionTokens: 10, endIds: [], seed: 0 }
  const call = (count: number, keepCaches: boolean) => ({
    requests: Array.from({ length: count }, (_, n) => ({
      promptIds: [1, 2, 3, 4, 5, 6, 7, 8, n % 9, n],
      seedLabels: [n],
      samples: 1,
    })),
    settings,
    keepCaches,
  })
  await sampler.sample(call(100, false))
  assert.deepEqual(rooms.at(-1), { slots: 40, length: 20, longest: 20, mostBytes: cap }, 'nothing is kept')
  await sampler.sample(call(100, true))
  assert.deepEqual(rooms.at(-1), { slots: 20, length: 20, longest: 20, mostBytes: cap / 2 })
  // what 100 rows left: the later half of the cap, the earlier ones are given back at once
  assert.ok(held() <= cap / 2 && held() > cap / 2 - 20 * bytesPerPosition, String(held()))
  await sampler.sample(call(100, false))
  assert.equal(rooms.at(-1)?.mostBytes, cap - held())
  sampler.forget()
  assert.equal(held(), 0)
  await sampler.sample(call(4, true))
  assert.deepEqual(rooms.at(-1)?.mostBytes, cap - 4 * 20 * bytesPerPosition, 'four rows keep little')
})
