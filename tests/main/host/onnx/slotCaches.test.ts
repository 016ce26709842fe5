import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SlotCaches } from '../../../../src/main/host/onnx/slotCaches.ts'
import { littleModel } from '../../../randomModel.ts'

/** The memory behind the first layer's keys. */
function memoryOf(caches: SlotCaches): ArrayBufferLike {
  const { data } = caches.stepFeeds(1)['past_key_0'] ?? {}
  assert.ok(data instanceof Float32Array)
  return data.buffer
}

test('room from an earlier call stays where it holds no more than it may, and is given back at once where it does', () => {
  const caches = new SlotCaches(littleModel)
  const slotBytes = 15 * caches.bytesPerPosition
  caches.reserve(8, 15, 8 * slotBytes)
  const large = memoryOf(caches)
  caches.reserve(4, 15, 8 * slotBytes)
  assert.equal(memoryOf(caches), large)
  caches.reserve(4, 15, 4 * slotBytes)
  const small = memoryOf(caches)
  assert.equal(large.byteLength, 0)
  assert.equal(small.byteLength, (4 * slotBytes) / (2 * littleModel.layers))
  caches.reserve(4, 15, 0)
  assert.equal(memoryOf(caches), small, 'what is needed now is never too much')
})

test('slots that grow give the shorter ones back at once', () => {
  const caches = new SlotCaches(littleModel)
  caches.reserve(2, 15, 0)
  caches.write(1, new Float32Array(15 * (caches.bytesPerPosition / 4)).fill(7), { saved: 15, used: 15 })
  const before = memoryOf(caches)
  caches.grow(31)
  assert.equal(before.byteLength, 0)
  assert.deepEqual([...new Set(caches.read(1, 15))], [7])
  const grown = memoryOf(caches)
  caches.release()
  assert.equal(grown.byteLength, 0)
})
