import type { OnnxValue } from '../graph/onnxModel.ts'
import type { ModelConfig } from '../model/config/modelConfig.ts'
import type { ParameterValue } from '../model/parameterValues.ts'
import { chunkWidth, hasChunkSums } from './layers.ts'
import { paddedHeadWidth } from './weights.ts'

/**
 * How weights reach a session: packed into it, or fed with every run (new weights then need no new session).
 */
export type WeightsAs = 'initialisers' | 'inputs'

export interface DecoderGraphSetup {
  readonly config: ModelConfig
  readonly weights: ReadonlyMap<string, ParameterValue>
  /** Rows of the rotary tables: the longest row the session will see. */
  readonly positions: number
  readonly weightsAs: WeightsAs
}

export function weightValues(weights: ReadonlyMap<string, ParameterValue>): OnnxValue[] {
  return [...weights].map(([name, { shape }]) => ({ name, type: 'float32', shape }))
}

/** cos and sin of every position and frequency, [positions, Dp / 2]; none where positions are learned. */
export function rotaryTableValues(config: ModelConfig, positions: number): OnnxValue[] {
  if (config.rotary === null) return []
  const shape = [positions, paddedHeadWidth(config) / 2]
  return ['cos_table', 'sin_table'].map((name) => ({ name, type: 'float32', shape }))
}

/** `past_key_0`, `past_value_0`, `past_key_1`, …, all of one shape. */
export function cacheValues(
  config: ModelConfig,
  when: 'past' | 'present',
  shape: OnnxValue['shape'],
): OnnxValue[] {
  return Array.from({ length: config.layers }, (_, layer) =>
    ['key', 'value'].map((kind): OnnxValue => ({ name: `${when}_${kind}_${layer}`, type: 'float32', shape })),
  ).flat()
}

export function headInputs(config: ModelConfig): OnnxValue[] {
  return hasChunkSums(config) ? [{ name: 'inverse_temperature', type: 'float32', shape: [1] }] : []
}

export function headOutputs(config: ModelConfig): OnnxValue[] {
  const { vocabularySize } = config
  const logits: OnnxValue = { name: 'logits', type: 'float32', shape: ['rows', vocabularySize] }
  if (!hasChunkSums(config)) return [logits]
  const chunks = Math.ceil(vocabularySize / chunkWidth)
  return [
    logits,
    { name: 'probabilities', type: 'float32', shape: ['rows', vocabularySize] },
    { name: 'chunk_sums', type: 'float32', shape: ['rows', chunks] },
  ]
}
