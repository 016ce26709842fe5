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

/** Tensors as values, each read when it is asked for, of the moment then. */
export function viewOf(tensors: ReadonlyMap<string, Tensor>): ParameterValues {
  return new Map(
    [...tensors].map(([name, tensor]): [string, ParameterValue] => [
      name,
      {
        shape: tensor.shape,
        get values() {
          // a copy: the backend may hand out the array it keeps
          return Float32Array.from(tensor.dataSync<'float32'>())
        },
      },
    ]),
  )
}

export function disposeTensors(tensors: ReadonlyMap<string, Tensor>): void {
  for (const tensor of tensors.values()) tensor.dispose()
}
