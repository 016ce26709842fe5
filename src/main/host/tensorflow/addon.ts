import './ownEnvironment.ts'
import './legacyNodeUtil.ts'
import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-node-gpu'

/** What one output of the addon is: a handle on a tensor that TensorFlow holds. */
export interface OutputHandle {
  readonly id: number
  readonly shape: number[]
  readonly dtype: number
}

export interface OpAttribute {
  readonly name: string
  readonly type: number
  readonly value: boolean | number | string | readonly number[]
}

/** The addon's functions that this project calls itself (`binding/tfjs_binding.cc` of tfjs-node). */
export interface TensorFlowBinding {
  readonly TF_FLOAT: number
  readonly TF_INT32: number
  readonly TF_UINT8: number
  readonly TF_ATTR_BOOL: number
  readonly TF_ATTR_INT: number
  readonly TF_ATTR_TYPE: number
  readonly TF_Version: string
  createTensor(
    shape: readonly number[],
    dtype: number,
    values: Float32Array | Int32Array | Uint8Array,
  ): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): Float32Array | Int32Array
  loadSavedModel(folder: string, tags: string): number
  deleteSavedModel(id: number): void
  getNumOfSavedModels(): number
  getNumOfTensors(): number
  /** Names are `node:0,node:0`; blocks until the run has ended. */
  runSavedModel(id: number, tensorIds: readonly number[], inputs: string, outputs: string): OutputHandle[]
}

/** tfjs-node's backend, as far as it is used here. */
export interface TensorFlowBackend extends tf.KernelBackend {
  readonly binding: TensorFlowBinding
  readonly isUsingGpuDevice: boolean
  executeSingleOutput(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.TensorInfo[],
  ): tf.Tensor
  executeMultipleOutputs(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[]
}

/** TensorFlow's backend, made the active one. */
export function tensorFlowBackend(): TensorFlowBackend {
  const backend = tf.findBackend('tensorflow') as TensorFlowBackend
  if (tf.getBackend() !== 'tensorflow') void tf.setBackend('tensorflow')
  return backend
}
