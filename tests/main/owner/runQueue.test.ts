import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRunQueue } from '../../../src/main/owner/runQueue.ts'

test('one run a device at a time, first come first served', () => {
  const queue = createRunQueue()
  queue.add('a', 'gpu')
  queue.add('b', 'gpu')
  queue.add('c', 'cpu')
  queue.add('d', 'gpu')
  assert.deepEqual(queue.takeReady(), ['a', 'c'])
  assert.deepEqual(queue.takeReady(), [])
  assert.deepEqual(queue.waiting(), ['b', 'd'])
  queue.release('c')
  assert.deepEqual(queue.takeReady(), [])
  assert.equal(queue.remove('b'), true)
  assert.equal(queue.remove('b'), false)
  queue.release('a')
  assert.deepEqual(queue.takeReady(), ['d'])
})
