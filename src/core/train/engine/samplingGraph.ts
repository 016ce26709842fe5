import type { DrawKind } from '../../decoder/functions/draw.ts'
import { addSampler } from '../../decoder/functions/samplerFunctions.ts'

import { GraphBuilder } from '../../graph/graphBuilder.ts'
import type { ModelConfig } from '../../model/modelConfig.ts'
import type { ParameterValues } from '../../model/parameterValues.ts'
import type { GraphVariables } from './graphVariables.ts'
import { addVariables } from './graphVariables.ts'

/** How the sampler of a graph is built; see `SamplerGraphSetup`. */
export interface SamplerOptions {
  readonly draws: readonly DrawKind[]
  readonly compiled: boolean
}

/** A model's variables with a sampler on them, for what does not train. */
export function captureSampling(
  config: ModelConfig,
  parameters: ParameterValues,
  options: SamplerOptions,
): { readonly graph: GraphBuilder; readonly signatures: readonly [] } {
  const graph = new GraphBuilder()
  addSamplerOn(graph, addVariables(graph, parameters, ['parameter']), config, options)
  return { graph, signatures: [] }
}

/** The sampler on the `parameter` variables of a graph. */
export function addSamplerOn(
  graph: GraphBuilder,
  variables: GraphVariables,
  config: ModelConfig,
  options: SamplerOptions,
): void {
  const held = variables.get('parameter') ?? new Map<string, never>()
  const parameters = new Map([...held].map(([name, { handle }]) => [name, handle]))
  addSampler(graph, { config, parameters, draws: options.draws, compiled: options.compiled })
}
