import type * as tf from '@tensorflow/tfjs'
import { intAttribute, typeAttribute } from './graphBuilder.ts'
import type { NodeRef } from './graphBuilder.ts'
import { rawKernels } from './rawKernels.ts'
import type { StoredMatrix } from './rawOps.ts'
import type { TraceCall } from './traceKernel.ts'
import { castAttributes, controlInput, registerTraceKernel } from './traceKernel.ts'

/** Kernels that read matrices kept in less than 32 bits. */
export function registerStoredKernels(): void {
  registerTraceKernel(rawKernels.expand, expand)
  registerTraceKernel(rawKernels.embedStored, embedStored)
}

/**
 * The control input keeps the conversion back until it is used, and makes every conversion a node of its own.
 */
function expand({ inputs: { matrix, after }, attributes, trace }: TraceCall): tf.TensorInfo {
  const node = castNode([trace.ref(matrix), controlInput(trace, after)], storedType(attributes))
  return trace.emit(node, matrix.shape, 'float32')
}

function embedStored({ inputs: { matrix, ids }, attributes, trace }: TraceCall): tf.TensorInfo {
  const type = storedType(attributes)
  const rows = trace.graph.add('GatherV2', [trace.ref(matrix), trace.ref(ids), trace.graph.intScalar(0)], {
    Tparams: typeAttribute(type),
    Tindices: typeAttribute('int32'),
    Taxis: typeAttribute('int32'),
    batch_dims: intAttribute(0),
  })
  return trace.emit(castNode([rows], type), [...ids.shape, matrix.shape[1]], 'float32')
}

function castNode(inputs: readonly NodeRef[], type: StoredMatrix['type']) {
  return { op: 'Cast', inputs, attributes: castAttributes(type, 'float32') }
}

function storedType(attributes: TraceCall['attributes']): StoredMatrix['type'] {
  return attributes['type'] as StoredMatrix['type']
}
