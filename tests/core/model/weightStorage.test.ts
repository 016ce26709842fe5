import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RecheckError } from '../../../src/shared/errors/recheckError.ts'
import { littleModel } from '../../randomModel.ts'
import { decodeFloats, encodeBrainFloats } from '../../../src/core/model/safetensors.ts'
import { dequantize, quantize, storedParameters } from '../../../src/core/model/weightStorage.ts'

const shape = [5, 7]
const rough = Float32Array.from({ length: 35 }, (_, i) => Math.sin(i * 1.7) * (1 + (i % 4)))
const bytes = new Uint8Array(encodeBrainFloats(rough).buffer)
const values = new Float32Array(35)
decodeFloats('BF16', bytes, values)

for (const axis of [0, 1] as const) {
  test(`axis ${axis}: a file's rows, some at a time, give the levels of the whole matrix, which is never made`, () => {
    const long = [3, 150_000]
    const whole = Float32Array.from({ length: 450_000 }, (_, i) => Math.sin(i * 1.7) * (1 + (i % 4)))
    const asked: number[] = []
    const fromFile = {
      shape: long,
      get values(): Float32Array {
        throw new Error('the whole matrix was asked for')
      },
      rows(first: number, count: number) {
        asked.push(count)
        return whole.slice(first * 150_000, (first + count) * 150_000)
      },
    }
    assert.deepEqual(quantize(fromFile, axis), quantize({ shape: long, values: whole }, axis))
    // a channel across rows is known only when all of them were read
    assert.deepEqual(asked, axis === 0 ? [1, 1, 1] : [1, 1, 1, 1, 1, 1])
  })

  test(`axis ${axis}: no element is further from its level than half of its channel's step`, () => {
    const quantized = quantize({ shape, values }, axis)
    const back = dequantize(quantized, shape, axis)
    values.forEach((value, at) => {
      const step = quantized.scales[axis === 0 ? Math.floor(at / 7) : at % 7] ?? NaN
      assert.ok(Math.abs(value - (back[at] ?? NaN)) <= step / 2 + 1e-7)
    })
  })
}

test('a channel of zeros has levels of zero', () => {
  const { levels, scales } = quantize({ shape: [2, 2], values: Float32Array.of(0, 0, 1, -2) }, 0)
  assert.deepEqual([...levels], [0, 0, 64, -127])
  assert.equal(scales[0], 0)
})

test('levels are the nearest ones, halves upwards; what is no number has 0, and tiny channels stay within 127', () => {
  const rows = [
    Float32Array.from({ length: 509 }, (_, i) => (i - 254) / 2),
    Float32Array.from({ length: 509 }, (_, i) => Math.sin(i * 2.3) * 0.07),
    // the scale of numbers next to 0 is rounded so far that the greatest would have level 143
    Float32Array.from({ length: 509 }, (_, i) => (i % 144) * 1.4e-45),
    Float32Array.from({ length: 509 }, (_, i) => (i === 3 ? NaN : i - 254)),
  ]
  const { levels, scales } = quantize(
    { shape: [4, 509], values: Float32Array.from(rows.flatMap((row) => [...row])) },
    0,
  )
  assert.deepEqual(
    [...levels],
    rows.flatMap((row, at) => {
      const scale = scales[at] ?? NaN
      return [...row].map((value) => Math.max(-127, Math.min(127, Math.round(value / scale))) || 0)
    }),
  )
})

test('a weight that f16 has no number for is refused by name, not made infinite; bf16 holds it', () => {
  const name = 'model.layers.0.mlp.up_proj.weight'
  const stored = (value: number, wanted: 'f16' | 'bf16') =>
    storedParameters(
      littleModel,
      new Map([[name, { shape: [1, 2], values: Float32Array.of(1, value) }]]),
      wanted,
    )
  assert.deepEqual([...(stored(-65504, 'f16').get(name)?.values ?? [])], [1, -65504])
  assert.deepEqual([...(stored(-65536, 'bf16').get(name)?.values ?? [])], [1, -65536])
  assert.throws(
    () => stored(-65505, 'f16').get(name)?.values,
    (thrown: RecheckError) => {
      assert.equal(thrown.code, 'checkpoint.beyond-f16')
      assert.match(
        thrown.message,
        /model\.layers\.0\.mlp\.up_proj\.weight.* has a weight of -65505, where f16 ends at 65504\. Take model\.baseWeights=bf16/,
      )
      return true
    },
  )
})
