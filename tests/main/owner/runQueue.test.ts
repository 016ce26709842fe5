import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRunQueue } from '../../../src/main/owner/runQueue.ts'

test('one run a device at a time, first come first served', () => {
  const queue = createRunQueue<{ readonly runId: string; readonly device: string }>()
  const ready = () => queue.takeReady().map(({ runId }) => runId)
  queue.add({ runId: 'a', device: 'gpu' })
  queue.add({ runId: 'b', device: 'gpu' })
  queue.add({ runId: 'c', device: 'cpu' })
  queue.add({ runId: 'd', device: 'gpu' })
  assert.deepEqual(ready(), ['a', 'c'])
  assert.deepEqual(ready(), [])
  assert.deepEqual(queue.waiting(), ['b', 'd'])
  queue.release('c')
  assert.deepEqual(ready(), [])
  assert.equal(queue.remove('b'), true)
  assert.equal(queue.remove('b'), false)
  queue.release('a')
  assert.deepEqual(ready(), ['d'])
})
