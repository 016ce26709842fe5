import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tensorflowOps } from '../../../../../src/main/host/tensorflow/ops.ts'
import * as tf from '@tensorflow/tfjs'
import { GraphBuilder, typeAttribute } from '../../../../../src/core/graph/graphBuilder.ts'
import { recordOps } from '../../../../../src/core/graph/recordOps.ts'
import { GraphSession } from '../../../../../src/main/host/tensorflow/session/graphSession.ts'
import { assertClose } from '../../../../assertClose.ts'
import { tensorFlowBackend } from '../../../../../src/main/host/tensorflow/addon.ts'
import { roundedToHalf } from '../../../../../src/main/host/tensorflow/halfRounding.ts'
import { hasAvx512 } from '../processor.ts'

const ops = tensorflowOps()

type Step = (x: tf.Tensor2D, y: tf.Tensor2D) => tf.Tensor

const xValues = Float32Array.of(0.5, -1.25, 2, 0.75, -0.5, 1.5, 0.25, -2, 1, 3, -0.75, 0.1)
const yValues = Float32Array.of(1.5, 0.5, 2.5, 1, 3, 0.75, 2, 1.25, 0.6, 1.75, 0.9, 2.2)
const shape: [number, number] = [3, 4]

/** Value, and gradients towards x and y, of an op-by-op run. */
function computed(step: Step, differentiate: boolean): Float32Array[] {
  const x = tf.tensor2d(xValues, shape)
  const y = tf.tensor2d(yValues, shape)
  const value = step(x, y).toFloat()
  const { grads } = differentiate
    ? tf.engine().gradients(() => scored(step(x, y)), [x, y], undefined, true)
    : { grads: [] }
  return [value, ...grads].map(
    (tensor) => (tensor as tf.Tensor | null)?.dataSync<'float32'>() ?? new Float32Array(12),
  )
}

/** The same from a recorded graph; the last entry is the shape that was inferred. */
function captured(step: Step, differentiate: boolean): { results: Float32Array[]; shape: number[] } {
  const graph = new GraphBuilder()
  const outputs: string[] = []
  const inferred: number[][] = []
  recordOps(graph, (trace) => {
    const [x, y] = ['x', 'y'].map(
      (name) =>
        tf
          .engine()
          .makeTensorFromTensorInfo(
            trace.tensorOf(graph.placeholder(name, 'float32', shape), shape, 'float32'),
          ) as tf.Tensor2D,
    ) as [tf.Tensor2D, tf.Tensor2D]
    const value = step(x, y).toFloat()
    const { grads } = differentiate
      ? tf.engine().gradients(() => scored(step(x, y)), [x, y], undefined, true)
      : { grads: [] }
    ;[value, ...grads].forEach((tensor, i) => {
      // null: the step does not depend on that input
      const made = (tensor as tf.Tensor | null) ?? tf.zeros(shape)
      outputs.push(graph.addNamed(`out${i}`, 'Identity', [trace.ref(made)], { T: typeAttribute('float32') }))
      inferred.push(made.shape)
    })
  })
  const session = new GraphSession({ graph, signatures: [] })
  const feeds = [
    { node: 'x', shape, values: xValues },
    { node: 'y', shape, values: yValues },
  ]
  const results = session.run(feeds, outputs) as Float32Array[]
  session.dispose()
  return { results, shape: inferred[0] ?? [] }
}

/** A scalar whose gradient towards every element of the step's output differs. */
function scored(value: tf.Tensor): tf.Scalar {
  const weights = tf.tensor1d(Array.from({ length: value.size }, (_, i) => Math.sin(i + 1)))
  return value.toFloat().flatten().mul(weights).sum()
}

const differentiable: Record<string, Step> = {
  'add, broadcast': (x, y) => x.add(y.sum(0)),
  sub: (x, y) => x.sub(y),
  'mul, broadcast': (x, y) => x.mul(y.mean(1, true)),
  'div, broadcast': (x, y) => x.div(y.slice([0, 0], [3, 1])),
  pow: (_x, y) => y.pow(1.7),
  'maximum and minimum': (x, y) => x.maximum(0.3).add(y.minimum(1.1)),
  squaredDifference: (x, y) => x.squaredDifference(y),
  'exp and log': (x, y) => x.exp().add(y.log()),
  'log1p and expm1': (x, y) => y.log1p().mul(x.expm1()),
  'sqrt and rsqrt': (_x, y) => y.sqrt().add(y.rsqrt()),
  'square, abs and neg': (x) => x.square().add(x.abs()).neg(),
  'reciprocal and sign': (x, y) => y.reciprocal().mul(x.sign()),
  'sin, cos and tanh': (x, y) => x.sin().add(y.cos()).mul(x.tanh()),
  'sigmoid, softplus and erf': (x, y) => x.sigmoid().add(y.softplus()).add(x.erf()),
  relu: (x) => x.relu(),
  clipByValue: (x) => x.clipByValue(-1, 1),
  'sum, all and one axis': (x, y) => x.sum().add(y.sum(-1)),
  'mean, kept axis': (x) => x.mean(-1, true).mul(x),
  'max and min': (x, y) => x.max(1).add(y.min(1)),
  softmax: (x, y) => tf.softmax(x).mul(y),
  logSoftmax: (x) => tf.logSoftmax(x),
  logSumExp: (x) => tf.logSumExp(x, 1),
  'reshape, transpose and expandDims': (x, y) =>
    x
      .reshape([2, 2, 3])
      .transpose([2, 0, 1])
      .mul(y.reshape([3, 2, 2]))
      .expandDims(1),
  'tile and reverse': (x) => tf.reverse(x.tile([2, 3]), 1),
  slice: (x) => x.slice([1, 1], [2, 2]),
  'pad and concat': (x, y) =>
    tf.concat(
      [
        x.pad(
          [
            [1, 0],
            [0, 2],
          ],
          0.5,
        ),
        y.pad([
          [0, 1],
          [1, 1],
        ]),
      ],
      0,
    ),
  'stack, unstack and split': (x, y) => {
    const [first, second] = tf.split(x, 2, 1) as [tf.Tensor2D, tf.Tensor2D]
    const [row] = tf.unstack(y, 0) as [tf.Tensor1D]
    return tf.stack([first, second], 1).mul(row.slice(0, 2))
  },
  addN: (x, y) => tf.addN([x, y, x]),
  'batched matMul': (x, y) => tf.matMul(x.reshape([2, 3, 2]), y.reshape([2, 3, 2]), false, true),
  'batched matMul, transposed': (x, y) => tf.matMul(x.reshape([2, 3, 2]), y.reshape([2, 3, 2]), true, false),
  'gather rows': (x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32')),
  where: (x, y) => tf.where(tf.tensor2d(yValues, shape).greater(1), x, y),
  cumsum: (x) => tf.cumsum(x, 1, true),
  'raw matMul': (x, y) => ops.matMul(x, y, false, true),
  'raw matMul, both transposed': (x, y) => ops.matMul(x, y.reshape([4, 3]).transpose(), true, false),
  'raw matMul, Aᵀ·Bᵀ': (x, y) => ops.matMul(x, y.reshape([4, 3]), true, true),
  'raw embed': (x) =>
    ops.embed(
      x,
      tf.tensor2d(
        [
          [0, 2],
          [2, 1],
        ],
        [2, 2],
        'int32',
      ),
    ),
  'raw tokenLogProbs': (x, y) => ops.tokenLogProbs(x.mul(y), tf.tensor1d([3, 0, 2], 'int32')),
}

const fixed: Record<string, Step> = {
  'greater, less, logicalAnd': (x, y) => x.greater(y.sub(1)).logicalAnd(x.less(2)).toFloat(),
  stridedSlice: (x) => tf.stridedSlice(x, [0, 0], [3, 4], [2, 3]),
  'equal, notEqual, logicalOr, logicalNot': (x, y) =>
    x.equal(0.5).logicalOr(y.notEqual(3)).logicalNot().toFloat(),
  'greaterEqual and lessEqual': (x, y) => x.greaterEqual(y).toFloat().add(x.lessEqual(0).toFloat()),
  'floor and cast': (x) => x.floor().toInt().add(1).toFloat(),
  step: (x) => x.step(0.25),
  'zerosLike, onesLike, fill, range': (x) =>
    tf
      .zerosLike(x)
      .add(tf.onesLike(x))
      .add(tf.fill([4], 2))
      .add(tf.range(0, 4, 1)),
  oneHot: () => tf.oneHot(tf.tensor1d([1, 0, 2], 'int32'), 4).toFloat(),
  prod: (x) => x.prod(1),
}

for (const [name, step] of Object.entries({ ...differentiable, ...fixed })) {
  const differentiate = name in differentiable
  test(`recorded = op by op: ${name}`, () => {
    const wanted = computed(step, differentiate)
    const { results, shape: inferred } = captured(step, differentiate)
    assert.deepEqual(inferred, step(tf.tensor2d(xValues, shape), tf.tensor2d(yValues, shape)).shape)
    wanted.forEach((values, i) => {
      assert.equal(results[i]?.length, values.length)
      values.forEach((value, at) => {
        assertClose(results[i]?.[at] ?? Number.NaN, value, 2e-6 * Math.max(1, Math.abs(value)))
      })
    })
  })
}

test('a product in bf16 is summed in 32 bits and rounded to the nearest; without AVX-512 TensorFlow cuts it off', async () => {
  const half = tensorflowOps('bf16')
  const { results } = captured((x, y) => half.linear(x, y, true), false)
  const [x, y] = [xValues, yValues].map((values) =>
    roundedToHalf(tensorFlowBackend(), tf.tensor2d(values, shape)),
  ) as [tf.Tensor, tf.Tensor]
  const sums = tf.matMul(x, y, false, true)
  const nearest = [...roundedToHalf(tensorFlowBackend(), sums).dataSync<'float32'>()]
  const cutOff = [...sums.dataSync<'float32'>()].map(upperHalf)
  assert.notDeepEqual(nearest, cutOff)
  assert.deepEqual([...(results[0] ?? [])], (await hasAvx512()) ? nearest : cutOff)
})

/** The number of bf16 next towards zero. */
function upperHalf(value: number): number {
  const word = new DataView(new ArrayBuffer(4))
  word.setFloat32(0, value)
  word.setUint16(2, 0)
  return word.getFloat32(0)
}

test('a step that reads a value while it is recorded is refused', () => {
  const graph = new GraphBuilder()
  assert.throws(
    () =>
      recordOps(graph, (trace) => {
        const ref = graph.placeholder('x', 'float32', [2])
        tf.engine()
          .makeTensorFromTensorInfo(trace.tensorOf(ref, [2], 'float32'))
          .dataSync()
      }),
    { code: 'capture.not-traceable', message: /reads the value of "x" while it is being recorded/ },
  )
  assert.equal(tf.getBackend(), 'tensorflow', 'the former backend is back after an error')
})

test('recording leaves no tensor behind', () => {
  const before = tf.memory().numTensors
  captured((x, y) => tf.softmax(x).mul(y), true)
  assert.equal(tf.memory().numTensors, before)
})
