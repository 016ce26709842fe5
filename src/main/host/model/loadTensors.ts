import * as tf from '@tensorflow/tfjs'
import type { ModelFolder } from './modelFolder.ts'
import { largestTensor, streamParameters } from './modelFolder.ts'

/**
 * Loads a checkpoint's parameters into TensorFlow. Needed beside the weights: one array as long as the
 * largest tensor.
 *
 * @returns one tensor per parameter; the caller disposes them
 */
export async function loadTensors(checkpoint: ModelFolder): Promise<Map<string, tf.Tensor>> {
  // TensorFlow shares an array whose address it likes (a multiple of 16, 32 or 64) and copies any other. One
  // element past an array's start is never such an address, so every tensor is a copy and the array can be
  // used again.
  const scratch = new Float32Array(largestTensor(checkpoint) + 1).subarray(1)
  const tensors = new Map<string, tf.Tensor>()
  for await (const [name, { shape, values }] of streamParameters(checkpoint, scratch)) {
    tensors.set(name, handedOver(values, shape))
  }
  return tensors
}

/** tfjs hands an array to TensorFlow when an op first uses it: here that is at once. */
function handedOver(values: Float32Array, shape: readonly number[]): tf.Tensor {
  return tf.tidy(() => tf.tensor(values, [...shape], 'float32').reshape([...shape]))
}
