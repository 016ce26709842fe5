import * as tf from '@tensorflow/tfjs'
import type { Attributes, ElementType, NodeRef } from './graphBuilder.ts'
import { boolAttribute, intAttribute, typeAttribute } from './graphBuilder.ts'
import type { TraceBackend } from './traceBackend.ts'
import { elementTypeOf, traceBackendName } from './traceBackend.ts'

/** One call of a kernel under trace. */
export interface TraceCall {
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>
  readonly attributes: Readonly<Record<string, unknown>>
  readonly trace: TraceBackend
}

export type TraceKernel = (call: TraceCall) => tf.TensorInfo | tf.TensorInfo[]

/** Registers what a kernel records; the shape it returns is the only thing computed. */
export function registerTraceKernel(kernelName: string, kernel: TraceKernel): void {
  if (tf.getKernel(kernelName, traceBackendName) !== undefined) return
  tf.registerKernel({
    kernelName,
    backendName: traceBackendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      kernel({
        inputs: inputs as Record<string, tf.TensorInfo>,
        attributes: attrs ?? {},
        trace: backend as TraceBackend,
      }),
  })
}

/** TensorFlow's `T`, the element type of most ops. */
export function elementAttribute(dtype: tf.DataType): Attributes {
  return { T: typeAttribute(elementTypeOf(dtype)) }
}

/** Of a `Cast` that rounds to nearest. */
export function castAttributes(from: ElementType, to: ElementType): Attributes {
  return { SrcT: typeAttribute(from), DstT: typeAttribute(to), Truncate: boolAttribute(false) }
}

/** Element type and the int32 type of a shape, axis or index input. */
export function indexedAttributes(dtype: tf.DataType, indexName: string): Attributes {
  return { ...elementAttribute(dtype), [indexName]: typeAttribute('int32') }
}

/** An input that carries nothing: the node is run only once the tensor is there. */
export function controlInput(trace: TraceBackend, tensor: tf.TensorInfo): NodeRef {
  return `^${trace.ref(tensor).split(':')[0]}`
}

/** Several outputs of one node: `node`, `node:1`, … */
export function outputRefs(ref: NodeRef, count: number): NodeRef[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? ref : `${ref}:${i}`))
}

/** A node that takes any number of equal inputs under the attribute N. */
export function emitMany(call: TraceCall, op: string, extra: readonly NodeRef[]): NodeRef {
  const tensors = inputList(call)
  return call.trace.graph.add(op, [...tensors.map((tensor) => call.trace.ref(tensor)), ...extra], {
    ...elementAttribute(tensors[0].dtype),
    N: intAttribute(tensors.length),
  })
}

/** The inputs of kernels that take an array. */
export function inputList(call: TraceCall): tf.TensorInfo[] {
  return Object.values(call.inputs)
}
