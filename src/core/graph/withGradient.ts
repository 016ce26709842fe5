import { customGrad } from '@tensorflow/tfjs'
import type { Tensor } from '@tensorflow/tfjs'

export interface GradientRule {
  readonly value: Tensor
  /**
   * One gradient per input, in their order. `saved` are the tensors passed to `save`: others made by the
   * forward pass are gone by then.
   */
  readonly gradient: (dy: Tensor, saved: readonly Tensor[]) => Tensor[]
}

/** An op with a gradient of its own: fewer ops than tfjs's chain of its parts, the same number. */
export function withGradient(
  inputs: readonly Tensor[],
  rule: (save: (tensors: readonly Tensor[]) => void) => GradientRule,
): Tensor {
  const op = customGrad((...args) => {
    const saveTensors = args[args.length - 1]
    const made = rule((tensors) => {
      // tfjs passes the save function as the last argument
      if (typeof saveTensors === 'function') saveTensors([...tensors])
    })
    return { value: made.value, gradFunc: (dy: Tensor, saved: Tensor[]) => made.gradient(dy, saved) }
  })
  return op(...inputs)
}
