import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  inverseFrequencies,
  rotate,
  rotationAt,
  rotationOfLength,
  rotaryTables,
} from '../../../src/core/model/rotary.ts'
import { assertClose } from '../../assertClose.ts'

const settings = { theta: 10000, scaling: null }

test('frequencies by hand: 10000^(−2i/4) = 1, 0.01', () => {
  assert.deepEqual([...inverseFrequencies(settings, 4)], [1, Math.fround(0.01)])
})

test('llama3 scaling by hand: short waves kept, long ones divided, those between interpolated', () => {
  // θ = 10⁸, D = 4 gives frequencies 1 and 10⁻⁴: waves of 6.28 and 62,832 positions. 100 original positions:
  // below 100/4 = 25 kept, above 100/1 divided by 8.
  const scaling = { factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPositions: 100 }
  const kept = inverseFrequencies({ theta: 1e8, scaling }, 4)
  assert.deepEqual([...kept], [1, Math.fround(Math.fround(1e-4) / 8)])
  // smooth = (50/2π − 1)/(31.831 − 1) = 6.95775/30.831
  const between = inverseFrequencies(
    { theta: 1e8, scaling: { ...scaling, highFrequencyFactor: 31.831, originalMaxPositions: 50 } },
    4,
  )
  assertClose(between[0] ?? NaN, (1 - 0.225674) / 8 + 0.225674, 1e-5)
})

test('tables: row p holds cos and sin of p · frequency', () => {
  const { cos, sin } = rotaryTables(settings, 4, 3)
  assert.deepEqual([...cos.subarray(0, 2), ...sin.subarray(0, 2)], [1, 1, 0, 0])
  assertClose(cos[4] ?? NaN, -0.4161468, 1e-6) // cos 2
  assertClose(sin[5] ?? NaN, 0.0199987, 1e-6) // sin 0.02
})

test('a quarter turn by hand: (x₀, x₂) → (−x₂, x₀)', () => {
  const rotation = { cos: tf.zeros([1, 1, 1, 2]), signedSin: tf.tensor([-1, -1, 1, 1], [1, 1, 2, 2]) }
  const turned = rotate(tf.tensor4d([1, 2, 3, 4], [1, 1, 1, 4]), rotation)
  assert.deepEqual([...turned.dataSync()], [-3, -4, 1, 2])
})

test('scores depend on the distance of positions alone', () => {
  const q = tf.randomNormal<tf.Rank.R4>([1, 1, 1, 8], 0, 1, 'float32', 1)
  const k = tf.randomNormal<tf.Rank.R4>([1, 1, 1, 8], 0, 1, 'float32', 2)
  const at = (x: tf.Tensor4D, position: number) =>
    rotate(x, rotationAt(settings, 8, tf.tensor2d([position], [1, 1], 'int32')))
  const score = (i: number, j: number) => at(q, i).mul(at(k, j)).sum().dataSync()[0] ?? NaN
  assertClose(score(7, 3), score(104, 100), 1e-5)
  assert.ok(Math.abs(score(7, 3) - score(7, 4)) > 1e-3)
})

test('given positions 0 … T − 1 turn like no positions; the gradient turns back', () => {
  const x = tf.randomNormal<tf.Rank.R4>([2, 5, 3, 8], 0, 1, 'float32', 3)
  const byLength = rotationOfLength(settings, 8, 5)
  const byIds = rotationAt(settings, 8, tf.tensor2d([0, 1, 2, 3, 4, 0, 1, 2, 3, 4], [2, 5], 'int32'))
  assert.ok((rotate(x, byLength).sub(rotate(x, byIds)).abs().max().dataSync()[0] ?? NaN) < 1e-6)
  // an orthogonal map: its gradient applied to its value is x
  const back = tf.grad((y) => rotate(y as tf.Tensor4D, byLength))(x, rotate(x, byLength))
  assert.ok((back.sub(x).abs().max().dataSync()[0] ?? NaN) < 1e-6)
})
