import type { ModelConfig } from '../src/core/model/config/modelConfig.ts'
import { parameterShapes, sizeOf } from '../src/core/model/parameterTable.ts'
import type { ParameterValue, ParameterValues } from '../src/core/model/parameterValues.ts'
import { forkRandom } from '../src/core/random.ts'
import type { TokenRow } from '../src/core/train/engine/trainer.ts'

/** A Qwen2 small enough to train in milliseconds: 2 layers, grouped heads, biases, tied head. */
export const littleModel: ModelConfig = {
  family: 'qwen2',
  vocabularySize: 37,
  width: 32,
  layers: 2,
  queryHeads: 4,
  keyValueHeads: 2,
  headWidth: 8,
  feedForwardWidth: 48,
  maxPositions: 64,
  activation: 'silu',
  norm: { kind: 'rmsNorm', epsilon: 1e-6 },
  rotary: { theta: 10000, scaling: null },
  attentionInputBias: true,
  attentionOutputBias: false,
  feedForwardBias: false,
  queryKeyNorm: false,
  tiedHead: true,
  bosId: 1,
  endIds: [2],
  padId: 0,
}

/**
 * The families of models by what differs from `littleModel`; their forward passes differ in what TensorFlow
 * may fuse.
 */
export const modelFamilies: Readonly<Record<string, Partial<ModelConfig>>> = {
  Qwen2: {},
  'Llama-like': { family: 'llama', attentionInputBias: false, tiedHead: false },
  Qwen3: { family: 'qwen3', attentionInputBias: false, queryKeyNorm: true },
  'GPT-2': {
    family: 'gpt2',
    activation: 'geluTanh',
    norm: { kind: 'layerNorm', epsilon: 1e-5 },
    rotary: null,
    keyValueHeads: 4,
    attentionOutputBias: true,
    feedForwardBias: true,
  },
}

/** Normal weights of deviation 0.1, norms around 1, from a seed. */
export function randomParameters(config: ModelConfig, seed: number): ParameterValues {
  const parameters = new Map<string, ParameterValue>()
  for (const [name, shape] of parameterShapes(config)) {
    const random = forkRandom(seed, name)
    const centre = /norm|ln_\w\.weight/.test(name) ? 1 : 0
    const values = Float32Array.from({ length: sizeOf(shape) }, () => centre + 0.1 * random.nextNormal())
    parameters.set(name, { shape, values })
  }
  return parameters
}

/** Rows of random ids with a random weight on every predicted token, by the name `tokenWeight`. */
export function randomRows(config: ModelConfig, lengths: readonly number[], seed: number): TokenRow[] {
  return lengths.map((length, row) => {
    const random = forkRandom(seed, row)
    const ids = Int32Array.from({ length }, () => random.nextInt(config.vocabularySize))
    return {
      ids,
      inputs: { tokenWeight: Float32Array.from({ length: length - 1 }, () => random.next() / 20) },
    }
  })
}
