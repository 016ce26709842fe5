import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { listed, quoted } from '../../../shared/text/shortened.ts'
import { ConfigFields, describe, type JsonObject } from '../config/configFields.ts'
import type { GgufHeader } from './ggufHeader.ts'
import { llama3Scaling } from './ropeFactors.ts'

/** What a folder of this model says of itself, as transformers would write it. */
export interface GgufConfig {
  readonly configJson: JsonObject
  readonly generationJson: JsonObject
  /** Metadata of the architecture that no code here reads; what it means is unknown. */
  readonly unread: readonly string[]
}

const architectures = {
  llama: 'LlamaForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
  gpt2: 'GPT2LMHeadModel',
} as const
export type GgufArchitecture = keyof typeof architectures

/** Of a rotary model; each after `<architecture>.`. */
const readKeys: ReadonlySet<string> = new Set([
  'block_count',
  'context_length',
  'embedding_length',
  'feed_forward_length',
  'attention.head_count',
  'attention.head_count_kv',
  'attention.key_length',
  'attention.value_length',
  'attention.layer_norm_rms_epsilon',
  'attention.layer_norm_epsilon',
  'rope.freq_base',
  'rope.dimension_count',
  // the number of tokens in the file decides, as in llama.cpp
  'vocab_size',
])

/** Computations that Recheck does not have: only these values are accepted. */
const neutralValues: ReadonlyMap<string, readonly unknown[]> = new Map<string, readonly unknown[]>([
  ['attention.causal', [true]],
  ['expert_count', [0]],
  ['expert_used_count', [0]],
  ['use_parallel_residual', [false]],
  ['rope.scaling.type', ['none']],
  ['rope.scaling.factor', [1]],
  ['rope.scaling.attn_factor', [1]],
  ['rope.scaling.finetuned', [false]],
])

const epsilons = { least: 1e-20, most: 0.1 }
const thetas = { least: 1, most: 1e15 }

/** @throws RecheckError `gguf.unsupported` for an architecture that Recheck does not train */
export function ggufArchitecture({ metadata }: GgufHeader, file: string): GgufArchitecture {
  const name = metadata.get('general.architecture')
  const known = Object.keys(architectures).find((each) => each === name)
  if (known !== undefined) return known as GgufArchitecture
  throw new RecheckError(
    'gguf.unsupported',
    `${file}: its architecture is ${describe(name)}. Recheck reads ${Object.keys(architectures).join(', ')}.`,
  )
}

/**
 * config.json and generation_config.json of a GGUF file.
 *
 * @param ropeFactors  the values of the tensor `rope_freqs.weight`; null where there is none
 * @throws RecheckError `config.invalid`, `gguf.unsupported`
 */
export function ggufConfig(header: GgufHeader, file: string, ropeFactors: Float32Array | null): GgufConfig {
  const architecture = ggufArchitecture(header, file)
  const fields = new ConfigFields(file, Object.fromEntries(header.metadata))
  refuseParts(fields)
  const unread = checkKeys(fields, architecture)
  const tokens = fields.raw('tokenizer.ggml.tokens')
  const vocabularySize = Array.isArray(tokens) ? tokens.length : 0
  const ids = tokenIds(fields, vocabularySize)
  const own =
    architecture === 'gpt2' ? gpt2Config(fields) : rotaryConfig(header, { fields, architecture, ropeFactors })
  const configJson = {
    architectures: [architectures[architecture]],
    model_type: architecture,
    ...own,
    vocab_size: vocabularySize,
    tie_word_embeddings: !header.tensors.has('output.weight'),
    ...ids,
  }
  return { configJson, generationJson: ids, unread }
}

/** A model whose weights are in several files. */
function refuseParts(fields: ConfigFields): void {
  if (fields.raw('split.count') === undefined || fields.raw('split.count') === 1) return
  throw new RecheckError(
    'gguf.unsupported',
    `${fields.file}: it is one of ${describe(fields.raw('split.count'))} parts. Merge them first (llama.cpp: llama-gguf-split --merge).`,
  )
}

/** @returns metadata of the architecture that is not known */
function checkKeys(fields: ConfigFields, architecture: GgufArchitecture): readonly string[] {
  const prefix = `${architecture}.`
  const own = fields.names().filter((name) => name.startsWith(prefix))
  for (const name of own) {
    const accepted = neutralValues.get(name.slice(prefix.length))
    if (accepted === undefined || accepted.includes(fields.raw(name))) continue
    throw new RecheckError(
      'gguf.unsupported',
      `${fields.file}: ${quoted(name)} is ${describe(fields.raw(name))}, which Recheck does not compute; expected ${listed(accepted.map(String))}.`,
    )
  }
  refuseWindow(fields, architecture)
  const known = (name: string): boolean =>
    readKeys.has(name) || neutralValues.has(name) || name === 'attention.sliding_window'
  return own.filter((name) => !known(name.slice(prefix.length)))
}

function refuseWindow(fields: ConfigFields, architecture: GgufArchitecture): void {
  const name = `${architecture}.attention.sliding_window`
  const positions = fields.count(`${architecture}.context_length`)
  if (!fields.has(name) || fields.raw(name) === 0 || fields.count(name) >= positions) return
  throw new RecheckError(
    'gguf.unsupported',
    `${fields.file}: ${quoted(name)} is ${describe(fields.raw(name))}, fewer than the ${positions} positions of the model; ` +
      'Recheck has no attention windows.',
  )
}

function tokenIds(fields: ConfigFields, vocabularySize: number): JsonObject {
  const id = (name: string): number | null =>
    vocabularySize === 0 ? null : fields.tokenId(`tokenizer.ggml.${name}_token_id`, vocabularySize)
  const ends = [id('eos'), id('eot'), id('eom')].filter((each) => each !== null)
  const pad = id('padding')
  const bos = id('bos')
  const [only] = ends
  return {
    ...(bos === null ? {} : { bos_token_id: bos }),
    ...(only === undefined ? {} : { eos_token_id: ends.length === 1 ? only : [...new Set(ends)] }),
    ...(pad === null ? {} : { pad_token_id: pad }),
  }
}

function gpt2Config(fields: ConfigFields): JsonObject {
  return {
    n_embd: fields.count('gpt2.embedding_length'),
    n_layer: fields.count('gpt2.block_count'),
    n_head: fields.count('gpt2.attention.head_count'),
    n_positions: fields.count('gpt2.context_length'),
    n_inner: fields.count('gpt2.feed_forward_length'),
    activation_function: 'gelu_new',
    layer_norm_epsilon: shortest(fields.number('gpt2.attention.layer_norm_epsilon', epsilons)),
  }
}

function rotaryConfig(
  header: GgufHeader,
  {
    fields,
    architecture,
    ropeFactors,
  }: {
    readonly fields: ConfigFields
    readonly architecture: Exclude<GgufArchitecture, 'gpt2'>
    readonly ropeFactors: Float32Array | null
  },
): JsonObject {
  const key = (name: string): string => `${architecture}.${name}`
  const width = fields.count(key('embedding_length'))
  const heads = fields.count(key('attention.head_count'))
  const headWidth = fields.count(key('attention.key_length'), width / heads)
  for (const name of ['attention.value_length', 'rope.dimension_count']) {
    if (fields.count(key(name), headWidth) === headWidth) continue
    throw new RecheckError(
      'gguf.unsupported',
      `${fields.file}: ${quoted(key(name))} is ${describe(fields.raw(key(name)))}, a head is ${headWidth} wide; Recheck needs both alike.`,
    )
  }
  const theta = shortest(fields.number(key('rope.freq_base'), thetas, 10000))
  const scaling =
    ropeFactors === null ? null : llama3Scaling(ropeFactors, { theta, headWidth, file: fields.file })
  const biases =
    architecture === 'llama'
      ? {
          attention_bias: header.tensors.has('blk.0.attn_q.bias'),
          mlp_bias: header.tensors.has('blk.0.ffn_up.bias'),
        }
      : architecture === 'qwen3'
        ? { attention_bias: header.tensors.has('blk.0.attn_q.bias') }
        : {}
  return {
    hidden_size: width,
    num_hidden_layers: fields.count(key('block_count')),
    num_attention_heads: heads,
    num_key_value_heads: fields.count(key('attention.head_count_kv'), heads),
    head_dim: headWidth,
    intermediate_size: fields.count(key('feed_forward_length')),
    max_position_embeddings: fields.count(key('context_length')),
    hidden_act: 'silu',
    rms_norm_eps: shortest(fields.number(key('attention.layer_norm_rms_epsilon'), epsilons)),
    rope_parameters: { rope_theta: theta, ...(scaling ?? { rope_type: 'default' }) },
    ...biases,
  }
}

/** The shortest decimal that is this F32: 1e-5 for 0.000009999999747378752. */
function shortest(value: number): number {
  for (let digits = 1; digits < 10; digits++) {
    const rounded = Number(value.toPrecision(digits))
    if (Math.fround(rounded) === Math.fround(value)) return rounded
  }
  return value
}
