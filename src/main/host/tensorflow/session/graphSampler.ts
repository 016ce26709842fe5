import { drawKinds } from '../../../../core/decoder/functions/draw.ts'
import type { Compilation } from '../../../../core/graph/graphBuilder.ts'
import type { ModelConfig } from '../../../../core/model/config/modelConfig.ts'
import { ChunkSampler } from '../../../../core/sampling/chunkSampler.ts'
import { rowsTogether } from '../../../../core/sampling/rowsTogether.ts'
import type { Sampler } from '../../../../core/sampling/sampler.ts'
import { captureSampling } from '../../../../core/train/engine/samplingGraph.ts'
import type { FrozenModel } from '../../../../core/train/engine/modelVariables.ts'
import { writeFrozenModel } from './capturedVariables.ts'
import type { FollowCompiling } from '../xla/compileWatch.ts'
import { CompileWatch } from '../xla/compileWatch.ts'
import type { GraphDecoderSetup } from './graphDecoder.ts'
import { GraphDecoder } from './graphDecoder.ts'
import { GraphSession } from './graphSession.ts'
import { compiledShapes, plainShapes } from './runShapes.ts'

/** What a sampler in a graph may take, and how its functions run. */
export interface GraphSamplerLimits {
  /** Cap on KV caches. */
  readonly kvMemoryBytes: number
  readonly compilation: Compilation
  /** Most rows that decode together; left out: `rowsTogether`. */
  readonly maxRows?: number
  readonly followCompiling?: FollowCompiling | undefined
  /** Tokens of one run; left out: 16 node by node, 32 compiled. */
  readonly chunk?: number
}

/** A sampler on a TensorFlow graph of its own, for what does not train. */
export function createGraphSampler(model: FrozenModel, limits: GraphSamplerLimits): Sampler {
  const { compilation } = limits
  const session = new GraphSession(captureSampling(model, { draws: drawKinds, compilation }))
  writeFrozenModel(session, model)
  return samplerOn(session, model.config, limits, {
    refresh: async (policy) => {
      writeFrozenModel(session, { ...model, parameters: await policy.readParameters() })
    },
    dispose: () => {
      session.dispose()
      return Promise.resolve()
    },
  })
}

/** The sampler on a session that has one in its graph. */
export function samplerOn(
  session: GraphSession,
  config: ModelConfig,
  limits: GraphSamplerLimits,
  owner: Partial<Pick<GraphDecoderSetup, 'refresh' | 'dispose' | 'feeds'>> = {},
): Sampler {
  const { compilation, kvMemoryBytes } = limits
  const compiled = compilation !== 'never'
  const chunk = limits.chunk ?? (compiled ? 32 : 16)
  const watch = new CompileWatch(session, compilation, limits.followCompiling)
  const shapes = compiled ? compiledShapes : plainShapes
  return new ChunkSampler({
    decoder: new GraphDecoder({ config, session, watch, shapes, chunk, ...owner }),
    kvMemoryBytes,
    chunk,
    maxRows: limits.maxRows ?? rowsTogether(config.vocabularySize),
  })
}
