import { adapterShapes } from '../../../core/model/adapter.ts'
import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import { parameterShapes } from '../../../core/model/parameterTable.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'

/**
 * Of a node in an open graph, with its part of what TensorFlow prepares to run it: what the C library had
 * from the system after SmolLM2-135M's shape was trained on, by the nodes of both its graphs (docs/lab-log.md).
 */
const bytesPerNode = 10.2e3

/**
 * Nodes of each graph, for each of the model's tensors: a layer has more of both. Counted in the graphs of six
 * shapes; those with an adapter count its factors, too.
 */
const nodesPerTensor = {
  trained: 37,
  recomputed: 42,
  adapted: 28,
  /** More of each trained matrix where moments stand in bf16. */
  halfMoments: 35,
  /** More of each matrix for each of its products that is computed in bf16: both operands and the result change type. */
  halfProduct: 3,
  /** Scoring alone; in 8 bits a matrix has scales beside it. */
  frozen: 12.5,
  frozenInInt8: 17,
  /** The sampler in a training graph, whose config names how it draws; more of each of an adapter's factors. */
  sampled: 20,
  sampledFactor: 7,
  /** A sampler on its own, for every way to draw. */
  samplerAlone: 64,
} as const

/** What decides which graphs are open; as in `MemoryFacts`. */
interface GraphFacts {
  readonly work: 'train' | 'sample' | 'evaluate' | 'warm-up'
  readonly sampler: 'onnx' | 'graph'
}

/** What TensorFlow holds for the nodes of the graphs that are open at once. Always in the machine's memory. */
export function graphBytes(
  { model: { lora, baseWeights, compute }, optimizer }: Pick<RunConfig, 'model' | 'optimizer'>,
  model: ModelConfig,
  facts: GraphFacts,
  { recompute, hasReference }: { readonly recompute: boolean; readonly hasReference: boolean },
): number {
  const tensors = parameterShapes(model).size
  const isInGraph = facts.sampler === 'graph'
  if (facts.work === 'sample' || facts.work === 'evaluate')
    return isInGraph ? bytesPerNode * tensors * nodesPerTensor.samplerAlone : 0
  const factors = lora === null ? 0 : adapterShapes(model, lora).size
  const all = tensors + factors
  const matrices = [...parameterShapes(model).values()].filter(({ length }) => length === 2).length
  const { trained, recomputed, adapted, frozen, frozenInInt8, sampled, sampledFactor } = nodesPerTensor
  const ofTraining = lora !== null ? adapted : recompute ? recomputed : trained
  const inGraph = facts.work === 'train' && isInGraph ? sampled * tensors + sampledFactor * factors : 0
  const ofReference = baseWeights === 'int8' ? frozenInInt8 : frozen
  const ofMoments =
    optimizer.moments === 'f32' ? 0 : nodesPerTensor.halfMoments * (lora === null ? matrices : factors)
  // forward and towards the input, towards trained weights, and forward once more where layers are recomputed
  const products = 2 + (lora === null ? 1 : 0) + (recompute ? 1 : 0)
  const ofProducts =
    compute === 'f32' ? 0 : nodesPerTensor.halfProduct * matrices * (products + (hasReference ? 1 : 0))
  const scored = hasReference ? ofReference * tensors : 0
  return bytesPerNode * (all * ofTraining + ofMoments + ofProducts + inGraph + scored)
}
