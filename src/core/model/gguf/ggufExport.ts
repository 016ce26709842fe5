import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { ModelConfig } from '../config/modelConfig.ts'
import type { GgufEntry } from './ggufHeaderBytes.ts'
import { vocabularyEntries, type TokenizerFacts } from './ggufVocabulary.ts'

export interface GgufFacts {
  /** Of the model, for people. */
  readonly name: string
  readonly licence: string | null
  /** config.json, as messages name it. */
  readonly file: string
  readonly tokenizer: TokenizerFacts
}

/** `LLAMA_FTYPE_MOSTLY_F16` and `GGML_QNT_VERSION` of llama.cpp. */
const [mostlyF16, quantizationVersion] = [1, 2]

/**
 * The metadata of a model's GGUF file, as llama.cpp's convert_hf_to_gguf.py writes it.
 *
 * @throws RecheckError `gguf.unsupported` for a model that llama.cpp would compute otherwise
 */
export function exportedMetadata(config: ModelConfig, facts: GgufFacts): ReadonlyMap<string, GgufEntry> {
  requireKnown(config, facts)
  const text = (value: string) => ({ kind: 'text', value }) as const
  const count = (value: number) => ({ kind: 'count', value }) as const
  return new Map<string, GgufEntry>([
    ['general.architecture', text(config.family)],
    ['general.type', text('model')],
    ['general.name', text(facts.name)],
    ...(facts.licence === null ? [] : ([['general.license', text(facts.licence)]] as const)),
    ['general.file_type', count(mostlyF16)],
    ['general.quantization_version', count(quantizationVersion)],
    ...[...shapeEntries(config)].map(([key, entry]) => [`${config.family}.${key}`, entry] as const),
    ...vocabularyEntries(facts.tokenizer, config.vocabularySize),
  ])
}

function shapeEntries(config: ModelConfig): ReadonlyMap<string, GgufEntry> {
  const { headWidth, rotary, norm } = config
  const count = (value: number) => ({ kind: 'count', value }) as const
  const entries = new Map<string, GgufEntry>([
    ['block_count', count(config.layers)],
    ['context_length', count(config.maxPositions)],
    ['embedding_length', count(config.width)],
    ['feed_forward_length', count(config.feedForwardWidth)],
    ['attention.head_count', count(config.queryHeads)],
  ])
  const epsilon = norm.kind === 'rmsNorm' ? 'layer_norm_rms_epsilon' : 'layer_norm_epsilon'
  entries.set(`attention.${epsilon}`, { kind: 'float', value: norm.epsilon })
  if (rotary === null) return entries
  return entries
    .set('attention.head_count_kv', count(config.keyValueHeads))
    .set('attention.key_length', count(headWidth))
    .set('attention.value_length', count(headWidth))
    .set('rope.dimension_count', count(headWidth))
    .set('rope.freq_base', { kind: 'float', value: rotary.theta })
    .set('vocab_size', count(config.vocabularySize))
}

/** llama.cpp has one activation for each architecture, and biases where its families have them. */
function requireKnown(config: ModelConfig, { file }: GgufFacts): void {
  const { family, activation, rotary } = config
  const expected = family === 'gpt2' ? 'geluTanh' : 'silu'
  if (activation !== expected)
    throw unsupported(file, `its activation is ${activation}, llama.cpp computes ${expected} for ${family}`)
  if (family === 'qwen3' && (config.attentionInputBias || config.attentionOutputBias))
    throw unsupported(file, 'its attention has biases, which llama.cpp does not read for qwen3')
  if (family !== 'llama' && rotary !== null && rotary.scaling !== null)
    throw unsupported(file, `its rope is scaled as Llama 3's, which llama.cpp reads for llama alone`)
}

function unsupported(file: string, what: string): RecheckError {
  return new RecheckError(
    'gguf.unsupported',
    `${file}: ${what}. Export a Hugging Face folder instead (leave --gguf out).`,
  )
}
