import type * as tf from '@tensorflow/tfjs'
import { typeAttribute } from './graphBuilder.ts'
import { rawKernels } from './rawKernels.ts'
import type { TraceCall } from './traceKernel.ts'
import { controlInput, registerTraceKernel } from './traceKernel.ts'

/** The kernel that draws random numbers. */
export function registerUniformKernel(): void {
  registerTraceKernel(rawKernels.uniform, uniform)
}

/**
 * Without the control input, numbers that depend on the seed alone would all be drawn, and kept, at the start
 * of a run.
 */
function uniform({ inputs: { seed, after }, attributes, trace }: TraceCall): tf.TensorInfo {
  const shape = attributes['shape'] as readonly number[]
  const node = {
    op: 'StatelessRandomUniform',
    inputs: [trace.graph.intVector(shape), trace.ref(seed), controlInput(trace, after)],
    attributes: {
      dtype: typeAttribute('float32'),
      T: typeAttribute('int32'),
      Tseed: typeAttribute('int32'),
    },
  }
  return trace.emit(node, shape, 'float32')
}
