import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import { checkFields } from './checkFields.ts'
import { ConfigFields, describe } from './configFields.ts'
import type { Activation, ModelConfig, ModelFamily } from './modelConfig.ts'
import { checkAttentionWindows } from '../attentionWindows.ts'
import { largestPosition, readRotarySettings } from './readRotarySettings.ts'
import type { FloatFormat } from '../safetensors.ts'

/** Fields that are read the same way in every family. */
type CommonFields = Pick<ModelConfig, 'vocabularySize' | 'bosId' | 'endIds' | 'padId'>

const architectures: ReadonlyMap<string, ModelFamily> = new Map([
  ['GPT2LMHeadModel', 'gpt2'],
  ['LlamaForCausalLM', 'llama'],
  ['Qwen2ForCausalLM', 'qwen2'],
  ['Qwen3ForCausalLM', 'qwen3'],
])

const activations: ReadonlyMap<string, Activation> = new Map([
  ['silu', 'silu'],
  ['swish', 'silu'],
  ['gelu', 'gelu'],
  ['gelu_new', 'geluTanh'],
  ['gelu_pytorch_tanh', 'geluTanh'],
  ['relu', 'relu'],
])

/**
 * More layers than any published model has by a factor of fifty; the weights set the real limit
 * (`matchParameters`).
 */
const mostLayers = 10_000
/**
 * Norm epsilons: published ones are 1e-8 to 1e-5. Far above, a norm erases its input; far below, F32 knows
 * them as 0.
 */
const epsilons = { least: 1e-20, most: 0.1 }

/**
 * Reads a Hugging Face `config.json` of GPT-2, Llama (SmolLM2 included), Qwen2/Qwen2.5 or Qwen3. Absent
 * fields take the defaults of transformers 5.17's config classes; sizes have none. The end ids of
 * `generation_config.json` win over those of `config.json`, as in `generate`. What happens to each field
 * stands in `fieldRules`.
 *
 * @param json        parsed config.json
 * @param generation  parsed generation_config.json, where the folder has one
 * @param file        how messages name the file
 * @throws RecheckError `config.architecture`, `config.rope-type`, `config.unsupported`,
 *   `config.contradiction`, `config.invalid`
 */
export function readModelConfig(json: unknown, generation?: unknown, file = 'config.json'): ModelConfig {
  const fields = new ConfigFields(file, json)
  const family = readFamily(fields)
  checkFields(fields, family)
  refuseOwnCode(fields)
  refuseOtherWeights(fields)
  readStoredFormat(fields)
  const common = readCommonFields(fields, generation)
  const config = family === 'gpt2' ? readGpt2(fields, common) : readRotaryFamily(fields, family, common)
  checkHeads(config, file)
  return Object.freeze(config)
}

/** Fields of a config.json that no code here reads; what they mean is unknown (`fieldRules`). */
export function unknownFields(json: unknown, family: ModelFamily): readonly string[] {
  return checkFields(new ConfigFields('config.json', json), family)
}

function readFamily(fields: ConfigFields): ModelFamily {
  const named = fields.raw('architectures')
  if (fields.has('architectures') && !Array.isArray(named))
    throw fields.invalid('architectures', 'a list with the name of a class')
  const architecture = Array.isArray(named) && typeof named[0] === 'string' ? named[0] : null
  const modelType = fields.text('model_type', '')
  const known = [...architectures.values()]
  const family =
    architecture === null ? known.find((name) => name === modelType) : architectures.get(architecture)
  if (family !== undefined && (modelType === '' || modelType === family)) return family
  throw new RecheckError(
    'config.architecture',
    `${fields.file}: unknown architecture ${quoted(architecture ?? modelType)} (model_type ${quoted(modelType)}). ` +
      `Known: ${[...architectures.keys()].join(', ')}`,
  )
}

/**
 * A folder that brings its own Python class computes what that class says, whatever its architecture is
 * called.
 */
function refuseOwnCode(fields: ConfigFields): void {
  const classes = fields.object('auto_map')
  if (classes === null || !classes.has('AutoModelForCausalLM')) return
  throw new RecheckError(
    'config.unsupported',
    `${fields.file}: "auto_map" names Python code of the model’s own (${describe(classes.raw('AutoModelForCausalLM'))}), which ` +
      'Recheck does not run. If the weights are those of the plain architecture, remove "auto_map".',
  )
}

/** transformers would read the file that is named here; Recheck finds the weights by their usual names. */
function refuseOtherWeights(fields: ConfigFields): void {
  const name = fields.text('transformers_weights', 'model.safetensors')
  if (name === 'model.safetensors' || name === 'model.safetensors.index.json') return
  throw new RecheckError(
    'config.unsupported',
    `${fields.file}: "transformers_weights" names ${quoted(name)}. Rename the file to model.safetensors and remove the field.`,
  )
}

const formatsByName: ReadonlyMap<string, FloatFormat> = new Map([
  ['float32', 'F32'],
  ['float', 'F32'],
  ['float16', 'F16'],
  ['half', 'F16'],
  ['bfloat16', 'BF16'],
])

/**
 * The format that `dtype` (or `torch_dtype`, its old name) gives to the weights; null where it names none of
 * the three.
 */
export function readStoredFormat(fields: ConfigFields): FloatFormat | null {
  const name = fields.text('dtype', fields.text('torch_dtype', ''))
  return formatsByName.get(name.replace(/^torch\./, '')) ?? null
}

function readCommonFields(fields: ConfigFields, generation: unknown): CommonFields {
  const generationFields =
    generation === undefined || generation === null
      ? null
      : new ConfigFields('generation_config.json', generation)
  const vocabularySize = fields.count('vocab_size')
  // both are checked, also where one of them decides
  const idOf = (name: string): number | null => {
    const [own, ofGeneration] = [fields, generationFields].map(
      (each) => each?.tokenId(name, vocabularySize) ?? null,
    )
    return ofGeneration ?? own ?? null
  }
  const generationEnds = generationFields?.tokenIds('eos_token_id', vocabularySize) ?? []
  const configEnds = fields.tokenIds('eos_token_id', vocabularySize)
  return {
    vocabularySize,
    bosId: idOf('bos_token_id'),
    endIds: generationEnds.length > 0 ? generationEnds : configEnds,
    padId: idOf('pad_token_id'),
  }
}

function readGpt2(fields: ConfigFields, common: CommonFields): ModelConfig {
  // transformers takes both spellings of a size
  const size = (name: string, alias: string, most?: number): number => {
    if (!fields.has(alias)) return fields.count(name, undefined, most)
    const value = fields.count(alias, undefined, most)
    if (!fields.has(name) || fields.count(name) === value) return value
    throw fields.contradiction([name, alias])
  }
  const width = size('n_embd', 'hidden_size')
  const queryHeads = size('n_head', 'num_attention_heads')
  return {
    ...common,
    family: 'gpt2',
    width,
    layers: size('n_layer', 'num_hidden_layers', mostLayers),
    queryHeads,
    keyValueHeads: queryHeads,
    headWidth: width / queryHeads,
    feedForwardWidth: fields.count('n_inner', 4 * width),
    maxPositions: size('n_positions', 'max_position_embeddings'),
    activation: readActivation(fields, 'activation_function', 'gelu_new'),
    norm: { kind: 'layerNorm', epsilon: fields.number('layer_norm_epsilon', epsilons, 1e-5) },
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
  const width = fields.count('hidden_size')
  const queryHeads = fields.count('num_attention_heads')
  const layers = fields.count('num_hidden_layers', undefined, mostLayers)
  const maxPositions = fields.count(
    'max_position_embeddings',
    family === 'llama' ? 2048 : 32768,
    largestPosition,
  )
  checkAttentionWindows(fields, { family, layers, maxPositions })
  return {
    ...common,
    ...readBiases(fields, family),
    family,
    width,
    layers,
    queryHeads,
    keyValueHeads: readKeyValueHeads(fields, family, queryHeads),
    // Qwen3Config is the one class whose head width has a default of its own
    headWidth: fields.count('head_dim', family === 'qwen3' ? 128 : width / queryHeads),
    feedForwardWidth: fields.count('intermediate_size'),
    maxPositions,
    activation: readActivation(fields, 'hidden_act', 'silu'),
    norm: { kind: 'rmsNorm', epsilon: fields.number('rms_norm_eps', epsilons, 1e-6) },
    rotary: readRotarySettings(fields, maxPositions),
    queryKeyNorm: family === 'qwen3',
    tiedHead: fields.flag('tie_word_embeddings', false),
  }
}

/**
 * Where the field is absent, the Qwen classes say 32; where it is null, every class takes the query heads.
 */
function readKeyValueHeads(fields: ConfigFields, family: ModelFamily, queryHeads: number): number {
  const isAbsent = fields.raw('num_key_value_heads') === undefined
  return fields.count('num_key_value_heads', isAbsent && family !== 'llama' ? 32 : queryHeads)
}

/** Qwen2's projections of q, k and v always have a bias, its others never; Llama and Qwen3 ask the config. */
function readBiases(
  fields: ConfigFields,
  family: Exclude<ModelFamily, 'gpt2'>,
): Pick<ModelConfig, 'attentionInputBias' | 'attentionOutputBias' | 'feedForwardBias'> {
  const attention = fields.flag('attention_bias', family === 'qwen2')
  const feedForward = fields.flag('mlp_bias', false)
  if (family === 'qwen2' && !attention)
    throw biasOfFamily(fields, 'attention_bias', 'has a bias on q, k and v')
  if (family !== 'llama' && feedForward) throw biasOfFamily(fields, 'mlp_bias', 'has no bias in its MLP')
  return {
    attentionInputBias: attention,
    attentionOutputBias: attention && family !== 'qwen2',
    feedForwardBias: feedForward,
  }
}

function biasOfFamily(fields: ConfigFields, name: string, what: string): RecheckError {
  return new RecheckError(
    'config.contradiction',
    `${fields.file}: "${name}" is ${describe(fields.raw(name))}, but the architecture always ${what}. Remove the field if the ` +
      'weights are right.',
  )
}

function readActivation(fields: ConfigFields, name: string, fallback: string): Activation {
  const found = fields.text(name, fallback)
  const activation = activations.get(found)
  if (activation !== undefined) return activation
  throw new RecheckError(
    'config.unsupported',
    `${fields.file}: "${name}" is ${quoted(found)}. Known: ${[...activations.keys()].join(', ')}`,
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
