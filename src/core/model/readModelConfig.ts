import { RecheckError } from '../../shared/recheckError.ts'
import { ConfigFields } from './configFields.ts'
import type { Activation, ModelConfig, ModelFamily } from './modelConfig.ts'
import { readRotarySettings } from './readRotarySettings.ts'

/** Fields that are read the same way in every family. */
type CommonFields = Pick<ModelConfig, 'bosId' | 'endIds' | 'padId'>

const architectures: Readonly<Record<string, ModelFamily>> = {
  GPT2LMHeadModel: 'gpt2',
  LlamaForCausalLM: 'llama',
  Qwen2ForCausalLM: 'qwen2',
  Qwen3ForCausalLM: 'qwen3',
}

const activations: Readonly<Record<string, Activation>> = {
  silu: 'silu',
  swish: 'silu',
  gelu: 'gelu',
  gelu_new: 'geluTanh',
  gelu_pytorch_tanh: 'geluTanh',
  relu: 'relu',
}

/**
 * Reads a Hugging Face `config.json` of GPT-2, Llama (SmolLM2 included), Qwen2/Qwen2.5 or Qwen3. Absent fields take the
 * defaults of transformers 5.17's config classes; sizes have none. The end ids of `generation_config.json` win over
 * those of `config.json`, as in `generate`.
 *
 * @param json        parsed config.json
 * @param generation  parsed generation_config.json, where the folder has one
 * @param file        how messages name the file
 * @throws RecheckError `config.architecture`, `config.rope-type`, `config.unsupported`, `config.invalid`
 */
export function readModelConfig(json: unknown, generation?: unknown, file = 'config.json'): ModelConfig {
  const fields = new ConfigFields(file, json)
  const family = readFamily(fields)
  const common = readTokenIds(fields, generation)
  const config = family === 'gpt2' ? readGpt2(fields, common) : readRotaryFamily(fields, family, common)
  checkHeads(config, file)
  return Object.freeze(config)
}

function readFamily(fields: ConfigFields): ModelFamily {
  const named = fields.raw('architectures')
  const architecture = Array.isArray(named) && typeof named[0] === 'string' ? named[0] : null
  const modelType = fields.text('model_type', '')
  const known: readonly ModelFamily[] = ['gpt2', 'llama', 'qwen2', 'qwen3']
  const family =
    architecture === null ? known.find((name) => name === modelType) : architectures[architecture]
  if (family !== undefined && (modelType === '' || modelType === family)) return family
  throw new RecheckError(
    'config.architecture',
    `${fields.file}: unknown architecture ${JSON.stringify(architecture ?? modelType)}` +
      ` (model_type ${JSON.stringify(modelType)}). Known: ${Object.keys(architectures).join(', ')}`,
  )
}

function readTokenIds(fields: ConfigFields, generation: unknown): CommonFields {
  const generationFields =
    generation === undefined || generation === null
      ? null
      : new ConfigFields('generation_config.json', generation)
  const generationEnds = generationFields?.tokenIds('eos_token_id') ?? []
  return {
    bosId: fields.tokenId('bos_token_id') ?? generationFields?.tokenId('bos_token_id') ?? null,
    endIds: generationEnds.length > 0 ? generationEnds : fields.tokenIds('eos_token_id'),
    padId: fields.tokenId('pad_token_id') ?? generationFields?.tokenId('pad_token_id') ?? null,
  }
}

function readGpt2(fields: ConfigFields, common: CommonFields): ModelConfig {
  refuse(fields, 'add_cross_attention', true)
  refuse(fields, 'scale_attn_weights', false)
  refuse(fields, 'scale_attn_by_inverse_layer_idx', true)
  const width = fields.count('n_embd')
  const queryHeads = fields.count('n_head')
  return {
    ...common,
    family: 'gpt2',
    vocabularySize: fields.count('vocab_size'),
    width,
    layers: fields.count('n_layer'),
    queryHeads,
    keyValueHeads: queryHeads,
    headWidth: width / queryHeads,
    feedForwardWidth: fields.count('n_inner', 4 * width),
    maxPositions: fields.count('n_positions', 1024),
    activation: readActivation(fields, 'activation_function', 'gelu_new'),
    norm: { kind: 'layerNorm', epsilon: fields.positive('layer_norm_epsilon', 1e-5) },
    rotary: null,
    attentionInputBias: true,
    attentionOutputBias: true,
    feedForwardBias: true,
    queryKeyNorm: false,
    tiedHead: fields.flag('tie_word_embeddings', true),
  }
}

function readRotaryFamily(
  fields: ConfigFields,
  family: Exclude<ModelFamily, 'gpt2'>,
  common: CommonFields,
): ModelConfig {
  refuseSlidingWindow(fields)
  const width = fields.count('hidden_size')
  const queryHeads = fields.count('num_attention_heads')
  const maxPositions = fields.count('max_position_embeddings', family === 'llama' ? 2048 : 32768)
  return {
    ...common,
    family,
    vocabularySize: fields.count('vocab_size'),
    width,
    layers: fields.count('num_hidden_layers'),
    queryHeads,
    keyValueHeads: fields.count('num_key_value_heads', family === 'llama' ? queryHeads : 32),
    // Qwen3Config is the one class whose head width has a default of its own
    headWidth: fields.count('head_dim', family === 'qwen3' ? 128 : width / queryHeads),
    feedForwardWidth: fields.count('intermediate_size'),
    maxPositions,
    activation: readActivation(fields, 'hidden_act', 'silu'),
    norm: { kind: 'rmsNorm', epsilon: fields.positive('rms_norm_eps', 1e-6) },
    rotary: readRotarySettings(fields, maxPositions),
    attentionInputBias: family === 'qwen2' || fields.flag('attention_bias', false),
    attentionOutputBias: family !== 'qwen2' && fields.flag('attention_bias', false),
    feedForwardBias: family === 'llama' && fields.flag('mlp_bias', false),
    queryKeyNorm: family === 'qwen3',
    tiedHead: fields.flag('tie_word_embeddings', false),
  }
}

function readActivation(fields: ConfigFields, name: string, fallback: string): Activation {
  const found = fields.text(name, fallback)
  const activation = activations[found]
  if (activation !== undefined) return activation
  throw new RecheckError(
    'config.unsupported',
    `${fields.file}: "${name}" is "${found}". Known: ${Object.keys(activations).join(', ')}`,
  )
}

function refuse(fields: ConfigFields, name: string, refused: boolean): void {
  if (fields.flag(name, !refused) !== refused) return
  throw new RecheckError(
    'config.unsupported',
    `${fields.file}: "${name}": ${refused} is not supported; use a checkpoint with "${name}": ${!refused}`,
  )
}

/** Attention here looks at the whole row; a sliding window would silently change the model. */
function refuseSlidingWindow(fields: ConfigFields): void {
  refuse(fields, 'use_sliding_window', true)
  const layerTypes = fields.raw('layer_types')
  const sliding = Array.isArray(layerTypes) ? layerTypes.find((type) => type !== 'full_attention') : undefined
  if (sliding === undefined) return
  throw new RecheckError(
    'config.unsupported',
    `${fields.file}: "layer_types" holds ${JSON.stringify(sliding)}; only "full_attention" is supported`,
  )
}

function checkHeads(config: ModelConfig, file: string): void {
  const { width, queryHeads, keyValueHeads, headWidth } = config
  if (!Number.isInteger(headWidth)) {
    throw new RecheckError(
      'config.invalid',
      `${file}: width ${width} is not a multiple of ${queryHeads} attention heads, and no "head_dim" is given`,
    )
  }
  if (queryHeads % keyValueHeads !== 0) {
    throw new RecheckError(
      'config.invalid',
      `${file}: ${queryHeads} attention heads are not a multiple of ${keyValueHeads} key/value heads`,
    )
  }
  if (config.rotary !== null && headWidth % 2 !== 0) {
    throw new RecheckError(
      'config.invalid',
      `${file}: rotary positions need an even head width, got ${headWidth}`,
    )
  }
}
