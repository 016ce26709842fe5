import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '@tensorflow/tfjs'
import type { ParameterValue, ParameterValues } from './parameterValues.ts'

/** @returns one tensor per parameter; the caller disposes them (`disposeTensors`) */
export function tensorsOf(parameters: ParameterValues): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>()
  for (const [name, { shape, values }] of parameters)
    tensors.set(name, tf.tensor(values, [...shape], 'float32'))
  return tensors
}

export async function valuesOf(tensors: ReadonlyMap<string, Tensor>): Promise<ParameterValues> {
  const values = new Map<string, ParameterValue>()
  for (const [name, tensor] of tensors) {
    // a copy: the backend may hand out the array it keeps
    values.set(name, { shape: tensor.shape, values: Float32Array.from(await tensor.data<'float32'>()) })
  }
  return values
}

export function disposeTensors(tensors: ReadonlyMap<string, Tensor>): void {
  for (const tensor of tensors.values()) tensor.dispose()
}
