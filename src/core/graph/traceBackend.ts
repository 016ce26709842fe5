import * as tf from '@tensorflow/tfjs'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { Attributes, ConstantValues, ElementType, NodeRef } from './graphBuilder.ts'
import { GraphBuilder } from './graphBuilder.ts'

/** Name of the tfjs backend whose kernels record instead of compute. */
export const traceBackendName = 'recheck-trace'

/** A tensor under trace: the output of a recorded node, or numbers not recorded yet. */
type TracedValue =
  | { readonly ref: NodeRef }
  | { readonly values: ConstantValues; readonly shape: readonly number[]; readonly type: ElementType }

/**
 * A tfjs backend that computes nothing: each kernel adds a node to a graph and returns a tensor that knows
 * only its shape. Tensors made from numbers become constants when a node first uses them.
 */
export class TraceBackend extends tf.KernelBackend {
  readonly #values: tf.DataStorage<TracedValue> = new tf.DataStorage<TracedValue>(this, tf.engine())
  #graph = new GraphBuilder()

  /** The graph that kernels add to. */
  get graph(): GraphBuilder {
    return this.#graph
  }

  recordInto(graph: GraphBuilder): void {
    this.#graph = graph
  }

  /** The node that holds a tensor. */
  ref(tensor: tf.TensorInfo): NodeRef {
    const value = this.#values.get(tensor.dataId)
    if ('ref' in value) return value.ref
    const ref = this.#graph.constant(value.type, value.shape, value.values)
    this.#values.set(tensor.dataId, { ref })
    return ref
  }

  /** A tensor that stands for a node's output. */
  tensorOf(ref: NodeRef, shape: readonly number[], dtype: tf.DataType): tf.TensorInfo {
    const dataId = {}
    this.#values.set(dataId, { ref })
    return { dataId, shape: [...shape], dtype }
  }

  /** Records a node with one output. */
  emit(
    node: { op: string; inputs: readonly NodeRef[]; attributes: Attributes },
    shape: readonly number[],
    dtype: tf.DataType,
  ): tf.TensorInfo {
    return this.tensorOf(this.#graph.add(node.op, node.inputs, node.attributes), shape, dtype)
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    const dataId = {}
    this.move(dataId, values, shape, dtype)
    return dataId
  }

  override move(dataId: object, values: tf.BackendValues, shape: number[], dtype: tf.DataType): void {
    this.#values.set(dataId, { values: constantValues(values, dtype), shape, type: elementTypeOf(dtype) })
  }

  override readSync(dataId: object): tf.BackendValues {
    const value = this.#values.get(dataId)
    if ('values' in value) return value.values
    throw new RecheckError(
      'capture.not-traceable',
      `The step reads the value of "${value.ref}" while it is being recorded. ` +
        'A captured step may only use shapes and ops; read fetched outputs after a run instead.',
    )
  }

  override read(dataId: object): Promise<tf.BackendValues> {
    return Promise.resolve(this.readSync(dataId))
  }

  override disposeData(dataId: object): boolean {
    this.#values.delete(dataId)
    return true
  }

  override refCount(): number {
    return 1
  }
  override incRef(): void {
    // every tensor has a data id of its own, so nothing is shared
  }
  override numDataIds(): number {
    return this.#values.numDataIds()
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true }
  }
  override floatPrecision(): 32 {
    return 32
  }
  override epsilon(): number {
    return 1e-7
  }
  override dispose(): void {
    // holds no memory of its own
  }
}

export function elementTypeOf(dtype: tf.DataType): ElementType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype
  throw new RecheckError(
    'capture.not-traceable',
    `A captured step holds float32, int32 and bool tensors only, got ${dtype}.`,
  )
}

function constantValues(values: tf.BackendValues, dtype: tf.DataType): ConstantValues {
  switch (elementTypeOf(dtype)) {
    case 'float32':
      return values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>)
    case 'int32':
      return values instanceof Int32Array ? values : Int32Array.from(values as ArrayLike<number>)
    default:
      return values instanceof Uint8Array && values.BYTES_PER_ELEMENT === 1
        ? values
        : Uint8Array.from(values as ArrayLike<number>)
  }
}
