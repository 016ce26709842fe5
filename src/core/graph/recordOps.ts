import * as tf from '@tensorflow/tfjs'
import type { GraphBuilder } from './graphBuilder.ts'
import { TraceBackend, traceBackendName } from './traceBackend.ts'
import { registerElementwiseKernels } from './traceElementwise.ts'
import { registerReductionKernels } from './traceReductions.ts'
import { registerShapeKernels } from './traceShapes.ts'
import { registerStoredKernels } from './traceStored.ts'
import { registerUniformKernel } from './traceUniform.ts'

/**
 * Runs `build` with tfjs ops recording into `graph` instead of computing; gradients are recorded like any
 * other op. Shapes are static. Synchronous throughout: nothing else may use tfjs before the former backend is
 * back.
 *
 * @param build gets the backend, to name the node behind a tensor and to make tensors of nodes; it must
 *   return no tensor
 */
export function recordOps<T>(graph: GraphBuilder, build: (trace: TraceBackend) => T): T {
  const former = tf.getBackend()
  const trace = traceBackend()
  trace.recordInto(graph)
  // tfjs switches at once where a backend needs no start-up; the promise only repeats the fact
  void tf.setBackend(traceBackendName)
  tf.engine().startScope('recordOps')
  try {
    return build(trace)
  } finally {
    tf.engine().endScope()
    void tf.setBackend(former)
  }
}

function traceBackend(): TraceBackend {
  if (tf.findBackendFactory(traceBackendName) === null) {
    tf.registerBackend(traceBackendName, () => new TraceBackend(), 0)
    registerElementwiseKernels()
    registerReductionKernels()
    registerShapeKernels()
    registerStoredKernels()
    registerUniformKernel()
  }
  return tf.findBackend(traceBackendName) as TraceBackend
}
