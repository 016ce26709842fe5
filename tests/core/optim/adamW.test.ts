import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { adamWStep, disposeOptimizerState, startAdamW } from '../../../src/core/optim/adamW.ts'
import type { OptimizerState } from '../../../src/core/optim/adamW.ts'
import { clipFactor, globalNorm } from '../../../src/core/optim/clipGradients.ts'
import { assertClose } from '../../assertClose.ts'

const settings = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, clipNorm: null }

function stateOf(parameters: Record<string, tf.Tensor>): OptimizerState {
  return startAdamW(new Map(Object.entries(parameters)))
}

function read(tensors: ReadonlyMap<string, tf.Tensor>, name: string): number[] {
  return [...(tensors.get(name)?.dataSync() ?? [])]
}

test('two steps by hand', () => {
  // step 1: m = 0.1·2 = 0.2, v = 0.01·4 = 0.04; m/(1−0.9) = 2, √(v/(1−0.99)) = 2, so θ = 1·(1−0.01·0.1) −
  // 0.01·1
  const gradients = new Map([['w', tf.tensor2d([[2]])]])
  const first = adamWStep(stateOf({ w: tf.tensor2d([[1]]) }), gradients, { settings, learningRate: 0.01 })
  assertClose(read(first.state.parameters, 'w')[0] ?? NaN, 0.989, 1e-6)
  assertClose(read(first.state.firstMoments, 'w')[0] ?? NaN, 0.2, 1e-7)
  assertClose(read(first.state.secondMoments, 'w')[0] ?? NaN, 0.04, 1e-7)
  // step 2 with gradient −1: m = 0.18 − 0.1 = 0.08, /0.19 = 0.421053; v = 0.0396 + 0.01 = 0.0496, /0.0199 =
  // 2.492462
  const second = adamWStep(first.state, new Map([['w', tf.tensor2d([[-1]])]]), {
    settings,
    learningRate: 0.01,
  })
  assertClose(
    read(second.state.parameters, 'w')[0] ?? NaN,
    0.989 * 0.999 - (0.01 * 0.421053) / 1.578753,
    1e-6,
  )
  assert.equal(second.state.updates, 2)
})

test('weight decay shrinks matrices alone, or what the mask says', () => {
  const start = () => stateOf({ 'norm.weight': tf.tensor1d([1]), 'mlp.weight': tf.tensor2d([[1]]) })
  const zero = new Map<string, tf.Tensor>([
    ['norm.weight', tf.tensor1d([0])],
    ['mlp.weight', tf.tensor2d([[0]])],
  ])
  const usual = adamWStep(start(), zero, { settings, learningRate: 0.5 }).state.parameters
  assertClose(read(usual, 'mlp.weight')[0] ?? NaN, 0.95, 1e-6)
  assert.deepEqual(read(usual, 'norm.weight'), [1])
  const decays = (name: string) => name.startsWith('norm')
  const other = adamWStep(start(), zero, { settings, learningRate: 0.5, decays }).state.parameters
  assertClose(read(other, 'norm.weight')[0] ?? NaN, 0.95, 1e-6)
  assert.deepEqual(read(other, 'mlp.weight'), [1])
})

test('clipping by the global norm: (3) and (4) have norm 5; the norm before clipping is reported', () => {
  const gradients = [tf.tensor1d([3]), tf.tensor2d([[4]])]
  assert.equal(globalNorm(gradients).dataSync()[0], 5)
  assertClose(clipFactor(tf.scalar(5), 1).dataSync()[0] ?? NaN, 0.2, 1e-6)
  assert.equal(clipFactor(tf.scalar(0.5), 1).dataSync()[0], 1)
  const clipped = adamWStep(
    stateOf({ a: tf.tensor1d([0]), b: tf.tensor2d([[0]]) }),
    new Map<string, tf.Tensor>([
      ['a', tf.tensor1d([3])],
      ['b', tf.tensor2d([[4]])],
    ]),
    { settings: { ...settings, clipNorm: 1 }, learningRate: 0.1 },
  )
  assert.equal(clipped.gradientNorm.dataSync()[0], 5)
  assertClose(read(clipped.state.firstMoments, 'a')[0] ?? NaN, 0.06, 1e-6)
  assertClose(read(clipped.state.firstMoments, 'b')[0] ?? NaN, 0.08, 1e-6)
})

test('moments go by name: another order of parameters changes nothing', () => {
  const parameters = { a: tf.tensor2d([[1, 2]]), b: tf.tensor1d([3]) }
  const gradients = { a: tf.tensor2d([[0.1, -0.2]]), b: tf.tensor1d([0.5]) }
  const step = { settings, learningRate: 0.01 }
  const one = adamWStep(stateOf(parameters), new Map(Object.entries(gradients)), step).state
  const turned = stateOf({ b: parameters.b, a: parameters.a })
  const other = adamWStep(
    turned,
    new Map([
      ['b', gradients.b],
      ['a', gradients.a],
    ] as [string, tf.Tensor][]),
    step,
  ).state
  for (const name of ['a', 'b']) assert.deepEqual(read(other.parameters, name), read(one.parameters, name))
})

test('no tensor is left; a missing gradient is named', () => {
  const before = tf.memory().numTensors
  const state = stateOf({ w: tf.tensor2d([[1]]) })
  const gradients = new Map([['w', tf.tensor2d([[2]])]])
  const next = adamWStep(state, gradients, { settings: { ...settings, clipNorm: 1 }, learningRate: 0.1 })
  disposeOptimizerState(state)
  disposeOptimizerState(next.state)
  tf.dispose([next.gradientNorm, ...gradients.values()])
  assert.equal(tf.memory().numTensors, before)
  assert.throws(
    () =>
      adamWStep(stateOf({ w: tf.scalar(1) }), new Map([['v', tf.scalar(1)]]), { settings, learningRate: 1 }),
    /nothing given for parameter "w"/,
  )
})
