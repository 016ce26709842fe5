import type { DrawKind } from '../../decoder/functions/draw.ts'
import { addSampler } from '../../decoder/functions/samplerFunctions.ts'
import type { ModelInput } from '../../decoder/functions/samplerParts.ts'
import { GraphBuilder, type Compilation } from '../../graph/graphBuilder.ts'
import type { ModelConfig } from '../../model/config/modelConfig.ts'
import type { GraphVariables } from './graphVariables.ts'
import { adapterScaleNode, addFrozenModel, type FrozenModel } from './modelVariables.ts'

/** How the sampler of a graph is built; see `SamplerGraphSetup`. */
export interface SamplerOptions {
  readonly draws: readonly DrawKind[]
  readonly compilation: Compilation
}

/** A model's variables with a sampler on them, for what does not train. */
export function captureSampling(
  model: FrozenModel,
  options: SamplerOptions,
): { readonly graph: GraphBuilder; readonly signatures: readonly [] } {
  const graph = new GraphBuilder()
  addSamplerOn(graph, addFrozenModel(graph, model), model.config, options)
  return { graph, signatures: [] }
}

/** The sampler on the model's variables of a graph, with its adapter where it has one. */
export function addSamplerOn(
  graph: GraphBuilder,
  variables: GraphVariables,
  config: ModelConfig,
  options: SamplerOptions,
): void {
  const inputs = new Map<string, ModelInput>()
  // before the variables, see addBackgroundCall
  if (variables.has('base') && variables.has('parameter'))
    inputs.set(adapterScaleNode, { ref: adapterScaleNode, type: 'float32', isVariable: false })
  for (const kind of ['base', 'parameter'] as const)
    for (const [name, { handle, type }] of variables.get(kind) ?? [])
      inputs.set(name, { ref: handle, type, isVariable: true })
  const { draws, compilation } = options
  addSampler(graph, { config, parameters: inputs, draws, compilation })
}
