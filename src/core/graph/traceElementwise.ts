import * as tf from '@tensorflow/tfjs'
import { boolAttribute, typeAttribute } from './graphBuilder.ts'
import { elementTypeOf } from './traceBackend.ts'
import type { TraceCall } from './traceKernel.ts'
import { elementAttribute, registerTraceKernel } from './traceKernel.ts'

/** tfjs kernel → TensorFlow op, both of one input, same shape and type. */
const unaryOps = {
  Abs: 'Abs',
  Cos: 'Cos',
  Erf: 'Erf',
  Exp: 'Exp',
  Expm1: 'Expm1',
  Floor: 'Floor',
  Log: 'Log',
  Log1p: 'Log1p',
  Neg: 'Neg',
  OnesLike: 'OnesLike',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Rsqrt: 'Rsqrt',
  Sigmoid: 'Sigmoid',
  Sign: 'Sign',
  Sin: 'Sin',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Square: 'Square',
  Tanh: 'Tanh',
  ZerosLike: 'ZerosLike',
} as const

/** tfjs kernel → TensorFlow op of two inputs that broadcast; output of the inputs' type. */
const binaryOps = {
  Add: 'AddV2',
  Maximum: 'Maximum',
  Minimum: 'Minimum',
  Multiply: 'Mul',
  Pow: 'Pow',
  RealDiv: 'RealDiv',
  SquaredDifference: 'SquaredDifference',
  Sub: 'Sub',
} as const

const comparisons = ['Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'NotEqual'] as const

export function registerElementwiseKernels(): void {
  for (const [kernel, op] of Object.entries(unaryOps)) registerTraceKernel(kernel, (call) => unary(call, op))
  for (const [kernel, op] of Object.entries(binaryOps))
    registerTraceKernel(kernel, (call) => binary(call, op))
  for (const op of comparisons) registerTraceKernel(op, (call) => binary(call, op, 'bool'))
  registerTraceKernel('LogicalAnd', (call) => logical(call, 'LogicalAnd'))
  registerTraceKernel('LogicalOr', (call) => logical(call, 'LogicalOr'))
  registerTraceKernel('LogicalNot', (call) => logical(call, 'LogicalNot'))
  // a clone is another name for the same node
  registerTraceKernel('Identity', ({ inputs: { x }, trace }) =>
    trace.tensorOf(trace.ref(x), x.shape, x.dtype),
  )
  registerTraceKernel('Cast', cast)
  registerTraceKernel('Select', select)
  registerTraceKernel('Step', step)
  registerTraceKernel('ClipByValue', clipByValue)
}

function unary(call: TraceCall, op: string): tf.TensorInfo {
  const [x] = Object.values(call.inputs)
  const node = { op, inputs: [call.trace.ref(x)], attributes: elementAttribute(x.dtype) }
  return call.trace.emit(node, x.shape, x.dtype)
}

function binary({ inputs: { a, b }, trace }: TraceCall, op: string, output?: 'bool'): tf.TensorInfo {
  const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape)
  const node = { op, inputs: [trace.ref(a), trace.ref(b)], attributes: elementAttribute(a.dtype) }
  return trace.emit(node, shape, output ?? a.dtype)
}

function logical({ inputs, trace }: TraceCall, op: string): tf.TensorInfo {
  const tensors = Object.values(inputs)
  const shape = tensors
    .map((tensor) => tensor.shape)
    .reduce((all, one) => tf.backend_util.assertAndGetBroadcastShape(all, one))
  return trace.emit({ op, inputs: tensors.map((tensor) => trace.ref(tensor)), attributes: {} }, shape, 'bool')
}

function cast({ inputs: { x }, attributes, trace }: TraceCall): tf.TensorInfo {
  const dtype = attributes['dtype'] as tf.DataType
  const node = {
    op: 'Cast',
    inputs: [trace.ref(x)],
    attributes: {
      SrcT: typeAttribute(elementTypeOf(x.dtype)),
      DstT: typeAttribute(elementTypeOf(dtype)),
      Truncate: boolAttribute(false),
    },
  }
  return trace.emit(node, x.shape, dtype)
}

/** tf.where: tfjs has broadcast its three inputs already. */
function select({ inputs: { condition, t, e }, trace }: TraceCall): tf.TensorInfo {
  const node = {
    op: 'SelectV2',
    inputs: [trace.ref(condition), trace.ref(t), trace.ref(e)],
    attributes: elementAttribute(t.dtype),
  }
  return trace.emit(node, t.shape, t.dtype)
}

/**
 * 1 where x > 0, `alpha` elsewhere (tfjs's step lets NaN through; here NaN gives alpha, and the norm check
 * catches it).
 */
function step({ inputs: { x }, attributes, trace }: TraceCall): tf.TensorInfo {
  const { graph } = trace
  const positive = graph.add('Greater', [trace.ref(x), graph.floatScalar(0)], elementAttribute('float32'))
  const values = [graph.floatScalar(1), graph.floatScalar((attributes['alpha'] as number | undefined) ?? 0)]
  const node = { op: 'SelectV2', inputs: [positive, ...values], attributes: elementAttribute('float32') }
  return trace.emit(node, x.shape, 'float32')
}

function clipByValue({ inputs: { x }, attributes, trace }: TraceCall): tf.TensorInfo {
  const bounds = [attributes['clipValueMin'] as number, attributes['clipValueMax'] as number]
  const node = {
    op: 'ClipByValue',
    inputs: [trace.ref(x), ...bounds.map((bound) => trace.graph.floatScalar(bound))],
    attributes: elementAttribute(x.dtype),
  }
  return trace.emit(node, x.shape, x.dtype)
}
