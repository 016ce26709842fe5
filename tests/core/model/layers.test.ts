import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { activate, gatedSilu, layerNorm, rmsNorm } from '../../../src/core/model/layers.ts'
import { assertClose } from '../../assertClose.ts'

const x = tf.tensor2d([0.5, -1.5, 2, 0.1, 3, -0.7], [2, 3])
const y = tf.tensor2d([1.2, 0.3, -0.4, 0.9, -2, 0.6], [2, 3])
const weight = tf.tensor1d([0.8, 1.1, -0.6])
const bias = tf.tensor1d([0.1, -0.2, 0.3])

type Op = (...inputs: tf.Tensor[]) => tf.Tensor

/** Compares each gradient of Σ c·op(inputs) with central differences, with unequal weights c. */
function assertGradients(op: Op, inputs: readonly tf.Tensor[]): void {
  const total = (...at: tf.Tensor[]) => {
    const value = op(...at)
    const coefficients = tf.range(1, value.size + 1).reshape(value.shape)
    return value.mul(coefficients).sum<tf.Scalar>()
  }
  const gradients = tf.grads(total)([...inputs])
  const step = 1e-2
  inputs.forEach((input, which) => {
    const values = input.dataSync()
    values.forEach((_value, index) => {
      const moved = (by: number) => {
        const shifted = Float32Array.from(values)
        shifted[index] = (shifted[index] ?? NaN) + by
        const at = inputs.map((other, i) => (i === which ? tf.tensor(shifted, input.shape) : other))
        return total(...at).dataSync()[0] ?? NaN
      }
      const slope = (moved(step) - moved(-step)) / (2 * step)
      const found = gradients[which]?.dataSync()[index] ?? NaN
      assertClose(found, slope, 5e-3 * Math.max(1, Math.abs(slope)))
    })
  })
}

test('rmsNorm by hand: (3, 4) / √12.5 · w', () => {
  const normed = rmsNorm(tf.tensor2d([3, 4], [1, 2]), tf.tensor1d([1, 2]), 0).dataSync()
  assertClose(normed[0] ?? NaN, 0.848528, 1e-5)
  assertClose(normed[1] ?? NaN, 2.262742, 1e-5)
})

test('layerNorm by hand: (1, 3) has mean 2 and deviation 1', () => {
  const normed = layerNorm(tf.tensor2d([1, 3], [1, 2]), tf.tensor1d([1, 2]), tf.tensor1d([0, 5]), 0)
  assert.deepEqual([...normed.dataSync()], [-1, 7])
})

test('activations at 1: silu 0.731059, gelu 0.841345, its tanh form 0.841192, relu 1', () => {
  const at = (kind: 'silu' | 'gelu' | 'geluTanh' | 'relu') =>
    activate(kind, tf.tensor2d([1, -1], [1, 2])).dataSync()
  assertClose(at('silu')[0] ?? NaN, 0.731059, 1e-5)
  assertClose(at('gelu')[0] ?? NaN, 0.841345, 1e-5)
  assertClose(at('geluTanh')[0] ?? NaN, 0.841192, 1e-5)
  assert.deepEqual([...at('relu')], [1, 0])
  assertClose(at('gelu')[1] ?? NaN, -0.158655, 1e-5)
})

test('gradients equal finite differences', () => {
  assertGradients((a, w) => rmsNorm(a as tf.Tensor2D, w, 1e-5), [x, weight])
  assertGradients((a, w, b) => layerNorm(a as tf.Tensor2D, w, b, 1e-5), [x, weight, bias])
  assertGradients((a, b) => gatedSilu(a as tf.Tensor2D, b as tf.Tensor2D), [x, y])
  for (const kind of ['silu', 'gelu', 'geluTanh'] as const) {
    assertGradients((a) => activate(kind, a as tf.Tensor2D), [x])
  }
})

test('no tensor is left, forward or backward', () => {
  const before = tf.memory().numTensors
  tf.tidy(() => {
    tf.grads((a: tf.Tensor, b: tf.Tensor) => gatedSilu(a as tf.Tensor2D, b as tf.Tensor2D))([x, y])
    tf.grad((a: tf.Tensor) => rmsNorm(a as tf.Tensor2D, weight, 1e-5))(x)
  })
  assert.equal(tf.memory().numTensors, before)
})
