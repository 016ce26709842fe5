import type { ModelConfig } from '../src/core/model/config/modelConfig.ts'
import { littleModel } from './randomModel.ts'

/** What no golden checkpoint has. */
export const familyConfigs: Record<string, ModelConfig> = {
  'qwen3: norms on queries and keys, heads wider than the model, narrow and padded': {
    ...littleModel,
    family: 'qwen3',
    queryKeyNorm: true,
    attentionInputBias: false,
    headWidth: 24,
    tiedHead: false,
  },
  'llama 3.1: scaled frequencies, biases on the attention’s output and in the MLP': {
    ...littleModel,
    family: 'llama',
    attentionOutputBias: true,
    feedForwardBias: true,
    rotary: {
      theta: 10000,
      scaling: { factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPositions: 24 },
    },
  },
  'gpt2: relu, an untied head, heads that need no padding': {
    ...littleModel,
    family: 'gpt2',
    rotary: null,
    activation: 'relu',
    norm: { kind: 'layerNorm', epsilon: 1e-5 },
    keyValueHeads: 4,
    feedForwardWidth: 128,
    attentionOutputBias: true,
    feedForwardBias: true,
    tiedHead: false,
  },
  'exact gelu in a gated MLP, one key head for all': {
    ...littleModel,
    family: 'llama',
    activation: 'gelu',
    attentionInputBias: false,
    keyValueHeads: 1,
  },
  'a large vocabulary that is no multiple of a chunk': { ...littleModel, vocabularySize: 8301 },
}
