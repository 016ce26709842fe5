import * as tf from '@tensorflow/tfjs'
import type { ProductPrecision, RawOps } from '../../../core/graph/rawOps.ts'
import { makeRawOps, rawKernels } from '../../../core/graph/rawKernels.ts'
import type { TensorFlowBackend } from './addon.ts'
import { tensorFlowBackend } from './addon.ts'
import { roundedToHalf } from './halfRounding.ts'

/**
 * `RawOps` on TensorFlow: makes it the active tfjs backend and registers the kernels it lacks.
 *
 * @param products what linear modules are computed in
 */
export function tensorflowOps(products?: ProductPrecision): RawOps {
  tensorFlowBackend()
  registerMatMul()
  registerHalfMatMul()
  registerEmbed()
  registerUniform()
  registerCrossEntropy()
  registerAfter()
  return makeRawOps(products)
}

function registerMatMul(): void {
  register(rawKernels.matMul, (backend, inputs, attributes) =>
    multiplied(backend, [input(inputs, 'a'), input(inputs, 'b')], attributes),
  )
}

/** tfjs holds no bf16: its numbers are rounded where they stand as 32-bit floats. */
function registerHalfMatMul(): void {
  register(rawKernels.halfMatMul, (backend, inputs, attributes) => {
    const rounded = [input(inputs, 'a'), input(inputs, 'b')].map((x) => roundedToHalf(backend, x))
    const product = multiplied(backend, rounded, attributes)
    const result = roundedToHalf(backend, product)
    tf.dispose([...rounded, product])
    return result
  })
}

function multiplied(
  backend: TensorFlowBackend,
  operands: readonly tf.TensorInfo[],
  attributes: Readonly<Record<string, unknown>>,
): tf.Tensor {
  const { TF_ATTR_BOOL, TF_ATTR_TYPE, TF_FLOAT } = backend.binding
  return backend.executeSingleOutput(
    'MatMul',
    [
      { name: 'transpose_a', type: TF_ATTR_BOOL, value: attributes['transposeA'] === true },
      { name: 'transpose_b', type: TF_ATTR_BOOL, value: attributes['transposeB'] === true },
      { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    ],
    [...operands],
  )
}

function registerEmbed(): void {
  register(rawKernels.embed, (backend, inputs) => {
    const { TF_ATTR_TYPE, TF_ATTR_INT, TF_FLOAT, TF_INT32 } = backend.binding
    const axis = tf.scalar(0, 'int32')
    const rows = backend.executeSingleOutput(
      'GatherV2',
      [
        { name: 'Tparams', type: TF_ATTR_TYPE, value: TF_FLOAT },
        { name: 'Tindices', type: TF_ATTR_TYPE, value: TF_INT32 },
        { name: 'Taxis', type: TF_ATTR_TYPE, value: TF_INT32 },
        { name: 'batch_dims', type: TF_ATTR_INT, value: 0 },
      ],
      [input(inputs, 'table'), input(inputs, 'ids'), axis],
    )
    axis.dispose()
    return rows
  })
}

/** Op by op `after` is there already. */
function registerUniform(): void {
  register(rawKernels.uniform, (backend, inputs, attributes) => {
    const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding
    const shape = tf.tensor1d(attributes['shape'] as number[], 'int32')
    const drawn = backend.executeSingleOutput(
      'StatelessRandomUniform',
      [
        { name: 'dtype', type: TF_ATTR_TYPE, value: TF_FLOAT },
        { name: 'T', type: TF_ATTR_TYPE, value: TF_INT32 },
        { name: 'Tseed', type: TF_ATTR_TYPE, value: TF_INT32 },
      ],
      [shape, input(inputs, 'seed')],
    )
    shape.dispose()
    return drawn
  })
}

function registerCrossEntropy(): void {
  register(rawKernels.crossEntropy, (backend, inputs) => {
    const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding
    return backend.executeMultipleOutputs(
      'SparseSoftmaxCrossEntropyWithLogits',
      [
        { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
        { name: 'Tlabels', type: TF_ATTR_TYPE, value: TF_INT32 },
      ],
      [input(inputs, 'logits'), input(inputs, 'targets')],
      2,
    )
  })
}

/** Op by op everything is computed in its order: x under another name. */
function registerAfter(): void {
  register(rawKernels.after, (backend, inputs) => {
    const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding
    return backend.executeSingleOutput(
      'Identity',
      [{ name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }],
      [input(inputs, 'x')],
    )
  })
}

type Kernel = (
  backend: TensorFlowBackend,
  inputs: Readonly<Record<string, tf.TensorInfo | undefined>>,
  attributes: Readonly<Record<string, unknown>>,
) => tf.Tensor | tf.Tensor[]

function register(kernelName: string, kernel: Kernel): void {
  if (tf.getKernel(kernelName, 'tensorflow') !== undefined) return
  tf.registerKernel({
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs, backend }) =>
      kernel(backend as TensorFlowBackend, inputs as Record<string, tf.TensorInfo>, attrs ?? {}),
  })
}

function input(inputs: Readonly<Record<string, tf.TensorInfo | undefined>>, name: string): tf.TensorInfo {
  const tensor = inputs[name]
  if (tensor === undefined) throw new RangeError(`tensorflowOps: the kernel's input "${name}" is missing`)
  return tensor
}
