import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowReader, type ParameterValue } from '../../../src/core/model/parameterValues.ts'
import { numbersAtATime, trainerBlob } from '../../../src/main/trainer/trainerStateFile.ts'

test('a matrix too large to be read out at once is read some rows at a time, to the same bytes', () => {
  const shape = [5, numbersAtATime / 2]
  const values = Float32Array.from({ length: (5 * numbersAtATime) / 2 }, (_, at) => at % 1009)
  const read: number[] = []
  const inRows: ParameterValue = {
    shape,
    get values(): Float32Array {
      throw new RangeError('the whole matrix was asked for')
    },
    rows(first, count) {
      read.push(count)
      return rowReader({ shape, values })(first, count)
    },
  }
  const bytesOf = (matrix: ParameterValue): Buffer => {
    const small = { shape: [2], values: Float32Array.of(1, 2) }
    const kind = new Map([
      ['matrix', matrix],
      ['bias', small],
    ])
    const state = { parameters: kind, firstMoments: kind, secondMoments: kind, updates: 3 }
    return Buffer.concat([...trainerBlob(state, 'reference')])
  }
  assert.ok(bytesOf(inRows).equals(bytesOf({ shape, values })))
  assert.deepEqual(read.slice(0, 3), [2, 2, 1])
})
