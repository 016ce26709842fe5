import * as tf from '@tensorflow/tfjs'
import type { ConstantValues } from './graphBuilder.ts'
import { intAttribute, typeAttribute } from './graphBuilder.ts'
import { rawKernels } from './rawKernels.ts'
import { elementTypeOf } from './traceBackend.ts'
import type { TraceCall } from './traceKernel.ts'
import {
  controlInput,
  elementAttribute,
  emitMany,
  indexedAttributes,
  inputList,
  outputRefs,
  registerTraceKernel,
} from './traceKernel.ts'

/** Kernels that move or make values without arithmetic. */
export function registerShapeKernels(): void {
  registerTraceKernel('Reshape', (call) => reshape(call, inferredShape(call)))
  registerTraceKernel('ExpandDims', expandDims)
  registerTraceKernel('Transpose', transpose)
  registerTraceKernel('Tile', tile)
  registerTraceKernel('Reverse', reverse)
  registerTraceKernel('Slice', slice)
  registerTraceKernel('StridedSlice', stridedSlice)
  registerTraceKernel('PadV2', pad)
  registerTraceKernel('Concat', concat)
  registerTraceKernel('Pack', pack)
  registerTraceKernel('Unpack', unpack)
  registerTraceKernel('SplitV', split)
  registerTraceKernel('Fill', fill)
  registerTraceKernel('Range', range)
  registerTraceKernel('AddN', addN)
  registerTraceKernel(rawKernels.after, after)
}

function reshape({ inputs, trace }: TraceCall, shape: readonly number[]): tf.TensorInfo {
  const [x] = Object.values(inputs)
  const node = {
    op: 'Reshape',
    inputs: [trace.ref(x), trace.graph.intVector(shape)],
    attributes: indexedAttributes(x.dtype, 'Tshape'),
  }
  return trace.emit(node, shape, x.dtype)
}

function inferredShape({ inputs: { x }, attributes }: TraceCall): number[] {
  return tf.util.inferFromImplicitShape(attributes['shape'] as number[], tf.util.sizeFromShape(x.shape))
}

function expandDims(call: TraceCall): tf.TensorInfo {
  const shape = [...call.inputs['input'].shape]
  const dim = call.attributes['dim'] as number
  shape.splice(dim < 0 ? shape.length + 1 + dim : dim, 0, 1)
  return reshape(call, shape)
}

function transpose({ inputs: { x }, attributes, trace }: TraceCall): tf.TensorInfo {
  const perm = attributes['perm'] as number[]
  const node = {
    op: 'Transpose',
    inputs: [trace.ref(x), trace.graph.intVector(perm)],
    attributes: indexedAttributes(x.dtype, 'Tperm'),
  }
  return trace.emit(
    node,
    perm.map((axis) => x.shape[axis]),
    x.dtype,
  )
}

function tile({ inputs: { x }, attributes, trace }: TraceCall): tf.TensorInfo {
  const reps = attributes['reps'] as number[]
  const node = {
    op: 'Tile',
    inputs: [trace.ref(x), trace.graph.intVector(reps)],
    attributes: indexedAttributes(x.dtype, 'Tmultiples'),
  }
  return trace.emit(
    node,
    x.shape.map((size, axis) => size * reps[axis]),
    x.dtype,
  )
}

function reverse({ inputs: { x }, attributes, trace }: TraceCall): tf.TensorInfo {
  const axes = tf.util.parseAxisParam(attributes['dims'] as number | number[], x.shape)
  const node = {
    op: 'ReverseV2',
    inputs: [trace.ref(x), trace.graph.intVector(axes)],
    attributes: indexedAttributes(x.dtype, 'Tidx'),
  }
  return trace.emit(node, x.shape, x.dtype)
}

function slice({ inputs: { x }, attributes, trace }: TraceCall): tf.TensorInfo {
  const [begin, size] = tf.slice_util.parseSliceParams(
    x as tf.Tensor,
    attributes['begin'] as number[],
    attributes['size'] as number[],
  )
  const node = {
    op: 'Slice',
    inputs: [trace.ref(x), trace.graph.intVector(begin), trace.graph.intVector(size)],
    attributes: indexedAttributes(x.dtype, 'Index'),
  }
  return trace.emit(node, size, x.dtype)
}

/** Begin, end and strides made plain (no masks), then the shape they leave. */
function stridedSlice({ inputs: { x }, attributes, trace }: TraceCall): tf.TensorInfo {
  const mask = (name: string): number => (attributes[name] as number | undefined) ?? 0
  const masks = {
    begin_mask: mask('beginMask'),
    end_mask: mask('endMask'),
    ellipsis_mask: mask('ellipsisMask'),
    new_axis_mask: mask('newAxisMask'),
    shrink_axis_mask: mask('shrinkAxisMask'),
  }
  const vectors = ['begin', 'end', 'strides'].map((name) => attributes[name] as number[])
  const { finalShape } = tf.slice_util.sliceInfo(
    x.shape,
    vectors[0],
    vectors[1],
    vectors[2],
    masks.begin_mask,
    masks.end_mask,
    masks.ellipsis_mask,
    masks.new_axis_mask,
    masks.shrink_axis_mask,
  )
  const node = {
    op: 'StridedSlice',
    inputs: [trace.ref(x), ...vectors.map((vector) => trace.graph.intVector(vector))],
    attributes: {
      ...indexedAttributes(x.dtype, 'Index'),
      ...Object.fromEntries(Object.entries(masks).map(([name, value]) => [name, intAttribute(value)])),
    },
  }
  return trace.emit(node, finalShape, x.dtype)
}

function pad({ inputs: { x }, attributes, trace }: TraceCall): tf.TensorInfo {
  const paddings = attributes['paddings'] as [number, number][]
  const { graph } = trace
  const node = {
    op: 'PadV2',
    inputs: [
      trace.ref(x),
      graph.constant('int32', [paddings.length, 2], Int32Array.from(paddings.flat())),
      graph.constant(elementTypeOf(x.dtype), [], filled(1, attributes['constantValue'] as number, x.dtype)),
    ],
    attributes: indexedAttributes(x.dtype, 'Tpaddings'),
  }
  return trace.emit(
    node,
    x.shape.map((size, axis) => size + paddings[axis][0] + paddings[axis][1]),
    x.dtype,
  )
}

function concat(call: TraceCall): tf.TensorInfo {
  const tensors = inputList(call)
  const { trace } = call
  const axis = tf.util.parseAxisParam(call.attributes['axis'] as number, tensors[0].shape)[0]
  const shape = tf.backend_util.computeOutShape(
    tensors.map((tensor) => tensor.shape),
    axis,
  )
  const ref = trace.graph.add(
    'ConcatV2',
    [...tensors.map((tensor) => trace.ref(tensor)), trace.graph.intScalar(axis)],
    {
      ...indexedAttributes(tensors[0].dtype, 'Tidx'),
      N: intAttribute(tensors.length),
    },
  )
  return trace.tensorOf(ref, shape, tensors[0].dtype)
}

function pack(call: TraceCall): tf.TensorInfo {
  const tensors = inputList(call)
  const axis = call.attributes['axis'] as number
  const shape = [...tensors[0].shape]
  shape.splice(axis, 0, tensors.length)
  const ref = call.trace.graph.add(
    'Pack',
    tensors.map((tensor) => call.trace.ref(tensor)),
    {
      ...elementAttribute(tensors[0].dtype),
      N: intAttribute(tensors.length),
      axis: intAttribute(axis),
    },
  )
  return call.trace.tensorOf(ref, shape, tensors[0].dtype)
}

function unpack({ inputs: { value }, attributes, trace }: TraceCall): tf.TensorInfo[] {
  const axis = tf.util.parseAxisParam(attributes['axis'] as number, value.shape)[0]
  const count = value.shape[axis]
  const ref = trace.graph.add('Unpack', [trace.ref(value)], {
    ...elementAttribute(value.dtype),
    num: intAttribute(count),
    axis: intAttribute(axis),
  })
  const shape = value.shape.filter((_, i) => i !== axis)
  return outputRefs(ref, count).map((output) => trace.tensorOf(output, shape, value.dtype))
}

function split({ inputs: { x }, attributes, trace }: TraceCall): tf.TensorInfo[] {
  const axis = tf.util.parseAxisParam(attributes['axis'] as number, x.shape)[0]
  const sizes = tf.backend_util.prepareSplitSize(
    x as tf.Tensor,
    attributes['numOrSizeSplits'] as number | number[],
    axis,
  )
  const ref = trace.graph.add(
    'SplitV',
    [trace.ref(x), trace.graph.intVector(sizes), trace.graph.intScalar(axis)],
    { ...indexedAttributes(x.dtype, 'Tlen'), num_split: intAttribute(sizes.length) },
  )
  return outputRefs(ref, sizes.length).map((output, i) =>
    trace.tensorOf(
      output,
      x.shape.map((size, d) => (d === axis ? sizes[i] : size)),
      x.dtype,
    ),
  )
}

function fill({ attributes, trace }: TraceCall): tf.TensorInfo {
  const shape = attributes['shape'] as number[]
  const value = attributes['value'] as number
  const dtype = (attributes['dtype'] as tf.DataType | undefined) ?? 'float32'
  const { graph } = trace
  const node = {
    op: 'Fill',
    inputs: [graph.intVector(shape), graph.constant(elementTypeOf(dtype), [], filled(1, value, dtype))],
    attributes: { ...elementAttribute(dtype), index_type: typeAttribute('int32') },
  }
  return trace.emit(node, shape, dtype)
}

function range({ attributes, trace }: TraceCall): tf.TensorInfo {
  const [start, stop, by] = ['start', 'stop', 'step'].map((name) => attributes[name] as number)
  const dtype = (attributes['dtype'] as 'float32' | 'int32' | undefined) ?? 'float32'
  const count = Math.max(0, Math.ceil((stop - start) / by))
  const values = filled(count, 0, dtype).map((_: number, i: number) => start + i * by)
  return trace.tensorOf(trace.graph.constant(dtype, [count], values), [count], dtype)
}

function addN(call: TraceCall): tf.TensorInfo {
  const [first] = inputList(call)
  return call.trace.tensorOf(emitMany(call, 'AddN', []), first.shape, first.dtype)
}

function after({ inputs, trace }: TraceCall): tf.TensorInfo {
  const { x, ...others } = inputs
  const waited = Object.values(others).map((other) => controlInput(trace, other))
  const node = {
    op: 'Identity',
    inputs: [trace.ref(x), ...new Set(waited)],
    attributes: elementAttribute(x.dtype),
  }
  return trace.emit(node, x.shape, x.dtype)
}

function filled(count: number, value: number, dtype: tf.DataType): ConstantValues {
  switch (elementTypeOf(dtype)) {
    case 'float32':
      return new Float32Array(count).fill(value)
    case 'int32':
      return new Int32Array(count).fill(value)
    default:
      return new Uint8Array(count).fill(value)
  }
}
