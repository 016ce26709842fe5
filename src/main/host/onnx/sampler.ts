import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import { BatchSampler } from '../../../core/sampling/batchSampler.ts'
import { rowsTogether } from '../../../core/sampling/rowsTogether.ts'
import type { Sampler } from '../../../core/sampling/sampler.ts'
import { OnnxDecoder } from './decoder.ts'
import { isFedAsInputs } from './fedWeights.ts'
import { longestDecodedRow } from './decoderSession.ts'
import { cacheBytesPerPosition, lengthStep } from './slotCaches.ts'

export interface OnnxSamplerSetup {
  readonly config: ModelConfig
  readonly parameters: ParameterValues
  /** Cap on KV caches, running and kept. */
  readonly kvMemoryBytes: number
  /** Threads of ONNX Runtime's pool; draws are the same for one machine and one thread count. */
  readonly threads: number
  /** Most rows that decode together; left out: `rowsTogether`. */
  readonly maxRows?: number
  readonly weightsAs?: 'initialisers' | 'inputs'
}

/** The fast sampler: ONNX Runtime's CPU kernels under the batch scheduler. */
export async function createOnnxSampler(setup: OnnxSamplerSetup): Promise<Sampler> {
  const { config, threads, kvMemoryBytes } = setup
  const isLarge = isFedAsInputs(config)
  const weightsAs = setup.weightsAs ?? (isLarge ? 'inputs' : 'initialisers')
  const tablePositions = longestCachedRow(config, kvMemoryBytes)
  const decoder = await OnnxDecoder.load({ config, threads, weightsAs, tablePositions }, setup.parameters)
  return new BatchSampler({
    decoder,
    kvMemoryBytes,
    maxRows: setup.maxRows ?? rowsTogether(config.vocabularySize),
    stepwiseTokens: isLarge ? 0 : 64,
  })
}

/**
 * The longest row whose cache fits into the cap (the sampler refuses longer ones), rounded up as caches are.
 */
function longestCachedRow(config: ModelConfig, kvMemoryBytes: number): number {
  const cached = Math.ceil(kvMemoryBytes / cacheBytesPerPosition(config)) + lengthStep
  return Math.min(longestDecodedRow(config), cached)
}
