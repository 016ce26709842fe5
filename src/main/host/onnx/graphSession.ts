import { InferenceSession } from 'onnxruntime-node'
import type { Tensor } from 'onnxruntime-node'
import { encodeOnnxModel } from '../../../core/graph/onnxModel.ts'
import type { OnnxGraph } from '../../../core/graph/onnxModel.ts'

export type Feeds = Record<string, Tensor>

/**
 * Starts an ONNX Runtime session on the CPU for a graph of ours. @param weights by name, kept alive by the
 * caller
 */
export function createGraphSession(
  graph: OnnxGraph,
  weights: ReadonlyMap<string, Float32Array>,
  threads: number,
): Promise<InferenceSession> {
  const externalData = graph.externalWeights.map(({ name }) => ({
    path: name,
    data: bytesOf(weights.get(name), name),
  }))
  return InferenceSession.create(encodeOnnxModel(graph), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // shapes change with every prefill, so recorded memory patterns would only pile up
    enableMemPattern: false,
    logSeverityLevel: 3,
    externalData,
    // TensorFlow's pool shares the cores: a waiting pool must not spin
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  } as InferenceSession.SessionOptions)
}

function bytesOf(values: Float32Array | undefined, name: string): Buffer {
  if (values === undefined) throw new Error(`createGraphSession: no values for the weight "${name}"`)
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
}
