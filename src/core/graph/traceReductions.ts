import * as tf from '@tensorflow/tfjs'
import { rawKernels } from './rawKernels.ts'
import { boolAttribute, intAttribute, typeAttribute } from './graphBuilder.ts'
import type { TraceCall } from './traceKernel.ts'
import {
  castAttributes,
  controlInput,
  elementAttribute,
  indexedAttributes,
  outputRefs,
  registerTraceKernel,
} from './traceKernel.ts'

/** Kernels that sum, pick or multiply: reductions, softmax, matrix products, table look-ups. */
export function registerReductionKernels(): void {
  registerTraceKernel('Sum', (call) => reduce(call, 'Sum', 'axis'))
  registerTraceKernel('Mean', (call) => reduce(call, 'Mean', 'axis'))
  registerTraceKernel('Prod', (call) => reduce(call, 'Prod', 'axis'))
  registerTraceKernel('Max', (call) => reduce(call, 'Max', 'reductionIndices'))
  registerTraceKernel('Min', (call) => reduce(call, 'Min', 'axis'))
  registerTraceKernel('Softmax', (call) => lastAxis(call, 'Softmax'))
  registerTraceKernel('LogSoftmax', (call) => lastAxis(call, 'LogSoftmax'))
  registerTraceKernel('BatchMatMul', batchMatMul)
  registerTraceKernel('GatherV2', gather)
  registerTraceKernel('UnsortedSegmentSum', segmentSum)
  registerTraceKernel('OneHot', oneHot)
  registerTraceKernel('Cumsum', cumulativeSum)
  registerTraceKernel(rawKernels.matMul, matMul)
  registerTraceKernel(rawKernels.halfMatMul, halfMatMul)
  registerTraceKernel(rawKernels.embed, embed)
  registerTraceKernel(rawKernels.crossEntropy, crossEntropy)
}

function reduce(
  { inputs: { x }, attributes, trace }: TraceCall,
  op: string,
  axisName: string,
): tf.TensorInfo {
  const axes = tf.util.parseAxisParam(attributes[axisName] as number | number[], x.shape)
  const keepDims = attributes['keepDims'] === true
  const [reduced] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes)
  const shape = keepDims ? tf.backend_util.expandShapeToKeepDim(reduced, axes) : reduced
  const node = {
    op,
    inputs: [trace.ref(x), trace.graph.intVector(axes)],
    attributes: { ...indexedAttributes(x.dtype, 'Tidx'), keep_dims: boolAttribute(keepDims) },
  }
  return trace.emit(node, shape, x.dtype)
}

/** tfjs hands softmax its last axis only. */
function lastAxis({ inputs: { logits }, trace }: TraceCall, op: string): tf.TensorInfo {
  const node = { op, inputs: [trace.ref(logits)], attributes: elementAttribute(logits.dtype) }
  return trace.emit(node, logits.shape, logits.dtype)
}

function batchMatMul({ inputs: { a, b }, attributes, trace }: TraceCall): tf.TensorInfo {
  const transposeA = attributes['transposeA'] === true
  const transposeB = attributes['transposeB'] === true
  const batch = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const rows = a.shape[a.shape.length - (transposeA ? 1 : 2)]
  const columns = b.shape[b.shape.length - (transposeB ? 2 : 1)]
  const node = {
    op: 'BatchMatMulV2',
    inputs: [trace.ref(a), trace.ref(b)],
    attributes: {
      ...elementAttribute(a.dtype),
      adj_x: boolAttribute(transposeA),
      adj_y: boolAttribute(transposeB),
    },
  }
  return trace.emit(node, [...batch, rows, columns], a.dtype)
}

function gather({ inputs: { x, indices }, attributes, trace }: TraceCall): tf.TensorInfo {
  const batchDims = (attributes['batchDims'] as number | undefined) ?? 0
  const axis = tf.util.parseAxisParam((attributes['axis'] as number | undefined) ?? 0, x.shape)[0]
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)]
  return trace.emit(gatherNode(trace, { table: x, indices, axis, batchDims }), shape, x.dtype)
}

function embed({ inputs: { table, ids }, trace }: TraceCall): tf.TensorInfo {
  const node = gatherNode(trace, { table, indices: ids, axis: 0, batchDims: 0 })
  return trace.emit(node, [...ids.shape, table.shape[1]], table.dtype)
}

interface Gathering {
  readonly table: tf.TensorInfo
  readonly indices: tf.TensorInfo
  readonly axis: number
  readonly batchDims: number
}

function gatherNode(trace: TraceCall['trace'], { table, indices, axis, batchDims }: Gathering) {
  return {
    op: 'GatherV2',
    inputs: [trace.ref(table), trace.ref(indices), trace.graph.intScalar(axis)],
    attributes: {
      Tparams: typeAttribute(table.dtype === 'int32' ? 'int32' : 'float32'),
      Tindices: typeAttribute('int32'),
      Taxis: typeAttribute('int32'),
      batch_dims: intAttribute(batchDims),
    },
  }
}

function segmentSum({ inputs: { x, segmentIds }, attributes, trace }: TraceCall): tf.TensorInfo {
  const segments = attributes['numSegments'] as number
  const node = {
    op: 'UnsortedSegmentSum',
    inputs: [trace.ref(x), trace.ref(segmentIds), trace.graph.intScalar(segments)],
    attributes: { ...indexedAttributes(x.dtype, 'Tindices'), Tnumsegments: typeAttribute('int32') },
  }
  return trace.emit(node, [segments, ...x.shape.slice(segmentIds.shape.length)], x.dtype)
}

function oneHot({ inputs: { indices }, attributes, trace }: TraceCall): tf.TensorInfo {
  const depth = attributes['depth'] as number
  const values = [attributes['onValue'] as number, attributes['offValue'] as number]
  const node = {
    op: 'OneHot',
    inputs: [
      trace.ref(indices),
      trace.graph.intScalar(depth),
      ...values.map((value) => trace.graph.floatScalar(value)),
    ],
    attributes: {
      ...elementAttribute('float32'),
      TI: typeAttribute('int32'),
      axis: intAttribute(-1),
    },
  }
  return trace.emit(node, [...indices.shape, depth], 'float32')
}

function cumulativeSum({ inputs: { x }, attributes, trace }: TraceCall): tf.TensorInfo {
  const node = {
    op: 'Cumsum',
    inputs: [trace.ref(x), trace.graph.intScalar(attributes['axis'] as number)],
    attributes: {
      ...indexedAttributes(x.dtype, 'Tidx'),
      exclusive: boolAttribute(attributes['exclusive'] === true),
      reverse: boolAttribute(attributes['reverse'] === true),
    },
  }
  return trace.emit(node, x.shape, x.dtype)
}

function matMul({ inputs: { a, b }, attributes, trace }: TraceCall): tf.TensorInfo {
  const transposeA = attributes['transposeA'] === true
  const transposeB = attributes['transposeB'] === true
  const node = {
    op: 'MatMul',
    inputs: [trace.ref(a), trace.ref(b)],
    attributes: {
      ...elementAttribute('float32'),
      transpose_a: boolAttribute(transposeA),
      transpose_b: boolAttribute(transposeB),
    },
  }
  return trace.emit(node, [a.shape[transposeA ? 1 : 0], b.shape[transposeB ? 0 : 1]], 'float32')
}

/**
 * Each operand is rounded only once the other is there, by a node of its own: otherwise a graph would round all
 * weights at its start, and keep them beside those of 32 bits.
 */
function halfMatMul({ inputs: { a, b }, attributes, trace }: TraceCall): tf.TensorInfo {
  const [transposeA, transposeB] = [attributes['transposeA'] === true, attributes['transposeB'] === true]
  const rounded = (x: tf.TensorInfo, after: tf.TensorInfo) =>
    trace.graph.add('Cast', [trace.ref(x), controlInput(trace, after)], castAttributes('float32', 'bfloat16'))
  const product = trace.graph.add('MatMul', [rounded(a, b), rounded(b, a)], {
    T: typeAttribute('bfloat16'),
    transpose_a: boolAttribute(transposeA),
    transpose_b: boolAttribute(transposeB),
  })
  const widened = { op: 'Cast', inputs: [product], attributes: castAttributes('bfloat16', 'float32') }
  return trace.emit(widened, [a.shape[transposeA ? 1 : 0], b.shape[transposeB ? 0 : 1]], 'float32')
}

function crossEntropy({ inputs: { logits, targets }, trace }: TraceCall): tf.TensorInfo[] {
  const ref = trace.graph.add(
    'SparseSoftmaxCrossEntropyWithLogits',
    [trace.ref(logits), trace.ref(targets)],
    { ...elementAttribute('float32'), Tlabels: typeAttribute('int32') },
  )
  const [loss, towardsLogits] = outputRefs(ref, 2)
  return [
    trace.tensorOf(loss, targets.shape, 'float32'),
    trace.tensorOf(towardsLogits, logits.shape, 'float32'),
  ]
}
