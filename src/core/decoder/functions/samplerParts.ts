import type { Compilation, ElementType, GraphBuilder, NodeRef } from '../../graph/graphBuilder.ts'
import type { ModelConfig } from '../../model/config/modelConfig.ts'
import type { DrawKind } from './draw.ts'

/** Something that the model computes with: a variable of the graph, or a node. */
export interface ModelInput {
  /** Of a variable its handle. */
  readonly ref: NodeRef
  readonly type: ElementType
  readonly isVariable: boolean
}

export interface SamplerGraphSetup {
  readonly config: ModelConfig
  /** By name (`ModelInFunction`). */
  readonly parameters: ReadonlyMap<string, ModelInput>
  /** The ways of drawing that can be asked for. */
  readonly draws: readonly DrawKind[]
  readonly compilation: Compilation
}

/** What every function of the sampler is made of. */
export interface SamplerParts extends SamplerGraphSetup {
  readonly graph: GraphBuilder
  /** Handles of the caches' variables: each layer's keys, then its values; [slots, K, S, D] float32. */
  readonly caches: readonly NodeRef[]
  /** Nodes of `DrawInputs`, in their order. */
  readonly drawInputs: readonly NodeRef[]
}
