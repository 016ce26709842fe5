import * as tf from '@tensorflow/tfjs'
import type { TensorFlowBackend } from './addon.ts'

/**
 * 32-bit floats rounded to the nearest of bf16, ties to even, as TensorFlow's `Cast` does; they stay 32-bit
 * floats. By their bits: bf16 is the upper half of them. NaN stays NaN unless all its set bits are in the lower
 * half.
 */
export function roundedToHalf(backend: TensorFlowBackend, x: tf.TensorInfo): tf.Tensor {
  const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding
  const onIntegers = (op: string, inputs: tf.TensorInfo[]) =>
    backend.executeSingleOutput(op, [{ name: 'T', type: TF_ATTR_TYPE, value: TF_INT32 }], inputs)
  const reread = (value: tf.TensorInfo, from: number, to: number) =>
    backend.executeSingleOutput(
      'Bitcast',
      [
        { name: 'T', type: TF_ATTR_TYPE, value: from },
        { name: 'type', type: TF_ATTR_TYPE, value: to },
      ],
      [value],
    )
  return tf.tidy(() => {
    const integer = (value: number) => tf.scalar(value, 'int32')
    const bits = reread(x, TF_FLOAT, TF_INT32)
    const lastKept = onIntegers('BitwiseAnd', [onIntegers('RightShift', [bits, integer(16)]), integer(1)])
    const moved = onIntegers('AddV2', [onIntegers('AddV2', [bits, integer(0x7fff)]), lastKept])
    return reread(onIntegers('BitwiseAnd', [moved, integer(-0x10000)]), TF_INT32, TF_FLOAT)
  })
}
