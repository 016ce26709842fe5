import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freeArray } from '../../../src/core/model/freeArray.ts'
import { rowReader } from '../../../src/core/model/parameterValues.ts'

test('rows are read alone where that can be done, else out of values that are asked for once', () => {
  let asked = 0
  const shape = [3, 2]
  const whole = {
    shape,
    get values() {
      asked++
      return Float32Array.of(1, 2, 3, 4, 5, 6)
    },
  }
  const read = rowReader(whole)
  assert.deepEqual([...read(1, 2)], [3, 4, 5, 6])
  assert.deepEqual([...read(0, 1)], [1, 2])
  assert.equal(asked, 1)
  const values = new Float32Array(6)
  const alone = rowReader({ shape, values, rows: (first, count) => Float32Array.of(first, count) })
  assert.deepEqual([...alone(1, 2)], [1, 2])
})

test('an array that was given back has no memory, whichever of its views was; twice is no error', () => {
  const array = new Float32Array(8)
  freeArray(array.subarray(2, 4))
  freeArray(array)
  assert.deepEqual([array.length, array.buffer.byteLength], [0, 0])
})
