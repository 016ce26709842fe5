import * as tf from '@tensorflow/tfjs'
import type { Checkpoint } from './checkpointFiles.ts'
import { largestTensor, streamParameters } from './checkpointFiles.ts'

/**
 * Loads a checkpoint's parameters into TensorFlow. Needed beside the weights: one array as long as the largest tensor.
 *
 * @returns one tensor per parameter; the caller disposes them
 */
export async function loadTensors(checkpoint: Checkpoint): Promise<Map<string, tf.Tensor>> {
  const scratch = new Float32Array(largestTensor(checkpoint))
  const tensors = new Map<string, tf.Tensor>()
  for await (const [name, { shape, values }] of streamParameters(checkpoint, scratch)) {
    tensors.set(name, copyIntoTensorflow(values, shape))
  }
  return tensors
}

/** tfjs keeps a tensor's array until an op first uses it, and copies it only then: here that is at once. */
function copyIntoTensorflow(values: Float32Array, shape: readonly number[]): tf.Tensor {
  return tf.tidy(() => tf.tensor(values, [...shape], 'float32').reshape([...shape]))
}
