import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { listed, quoted } from '../../../shared/text/shortened.ts'
import { describe, type JsonObject } from '../config/configFields.ts'
import type { GgufHeader, GgufValue } from './ggufHeader.ts'
import { preTokenizations, type PreTokenization } from './preTokenizers.ts'

/** The tokenizer of a GGUF file as the files of a Hugging Face folder. */
export interface GgufTokenizer {
  readonly tokenizerJson: JsonObject
  readonly tokenizerConfigJson: JsonObject
  readonly chatTemplate: string | null
}

/** `token_type` of llama.cpp. */
const tokenTypes = { unknown: 2, control: 3, userDefined: 4, unused: 5 } as const

/** Files from before `tokenizer.ggml.pre`, of architectures that have only one. */
const olderPre: Readonly<Record<string, string>> = { gpt2: 'gpt-2', qwen2: 'qwen2' }

/** @throws RecheckError `gguf.unsupported`, `gguf.invalid` */
export function ggufTokenizer({ metadata }: GgufHeader, file: string): GgufTokenizer {
  const kind = metadata.get('tokenizer.ggml.model')
  if (kind !== 'gpt2') throw unsupported(file, otherTokenizer(kind))
  const words = preTokenization(metadata, file)
  const tokens = texts(metadata, 'tokenizer.ggml.tokens', file)
  const types = tokenTypesOf(metadata, tokens.length, file)
  const vocabulary = new Map<string, number>()
  tokens.forEach((token, id) => {
    if (types[id] === tokenTypes.unused) return
    if (vocabulary.has(token)) throw invalid(file, `the token ${quoted(token)} stands twice`)
    vocabulary.set(token, id)
  })
  const merges = texts(metadata, 'tokenizer.ggml.merges', file)
  const lost = merges.find((merge) => !isMerge(merge, vocabulary))
  if (lost !== undefined)
    throw invalid(file, `the merge ${quoted(lost)} is not of two tokens that make a third`)
  const special = specialTokens(metadata, tokens, file)
  return {
    tokenizerJson: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: addedTokens(tokens, types, new Set(Object.values(special))),
      normalizer: words.normalizer,
      pre_tokenizer: words.preTokenizer,
      post_processor: postProcessor(metadata, special, vocabulary),
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: words.ignoreMerges,
        vocab: Object.fromEntries(vocabulary),
        merges,
      },
    },
    tokenizerConfigJson: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      clean_up_tokenization_spaces: false,
      model_max_length: contextLength(metadata),
      // without one of its own, transformers' tokenizer has none
      bos_token: null,
      ...special,
    },
    chatTemplate: chatTemplate(metadata, file),
  }
}

function otherTokenizer(kind: GgufValue | undefined): string {
  const sentencePiece = kind === 'llama' ? ' (SentencePiece)' : ''
  return (
    `its tokenizer is ${describe(kind)}${sentencePiece}; Recheck reads byte-level BPE ("gpt2") from GGUF files. ` +
    'Take the Hugging Face folder of the model'
  )
}

function preTokenization(metadata: GgufHeader['metadata'], file: string): PreTokenization {
  const architecture = metadata.get('general.architecture')
  const name = metadata.get('tokenizer.ggml.pre') ?? olderPre[String(architecture)]
  const found = typeof name === 'string' ? preTokenizations.get(name) : undefined
  if (found !== undefined) return found
  throw unsupported(
    file,
    `its pre-tokenizer ("tokenizer.ggml.pre") is ${describe(name)}. Recheck knows ${[...preTokenizations.keys()].join(', ')}. ` +
      'Take the Hugging Face folder of the model',
  )
}

function texts(metadata: GgufHeader['metadata'], key: string, file: string): readonly string[] {
  const values = metadata.get(key)
  if (Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string'))
    return values
  throw invalid(file, `"${key}" must be a list of texts, got ${describe(values)}`)
}

function tokenTypesOf(metadata: GgufHeader['metadata'], count: number, file: string): readonly number[] {
  const key = 'tokenizer.ggml.token_type'
  const values = metadata.get(key)
  if (values === undefined) return []
  if (Array.isArray(values) && values.length === count && values.every((value) => typeof value === 'number'))
    return values
  throw invalid(file, `"${key}" must be a list of ${count} numbers, one a token, got ${describe(values)}`)
}

function isMerge(merge: string, vocabulary: ReadonlyMap<string, number>): boolean {
  const [first = '', second = '', ...more] = merge.split(' ')
  return (
    more.length === 0 && vocabulary.has(first) && vocabulary.has(second) && vocabulary.has(first + second)
  )
}

/** By their names in tokenizer_config.json. */
const specialNames = {
  bos_token: 'bos',
  eos_token: 'eos',
  unk_token: 'unknown',
  pad_token: 'padding',
} as const

function specialTokens(
  metadata: GgufHeader['metadata'],
  tokens: readonly string[],
  file: string,
): Readonly<Partial<Record<keyof typeof specialNames, string>>> {
  const special: Partial<Record<keyof typeof specialNames, string>> = {}
  for (const [name, short] of Object.entries(specialNames) as [keyof typeof specialNames, string][]) {
    const key = `tokenizer.ggml.${short}_token_id`
    const id = metadata.get(key)
    if (id === undefined) continue
    const token = typeof id === 'number' ? tokens[id] : undefined
    if (token === undefined)
      throw invalid(file, `"${key}" is ${describe(id)}; there are ${tokens.length} tokens`)
    special[name] = token
  }
  return special
}

function addedTokens(
  tokens: readonly string[],
  types: readonly number[],
  special: ReadonlySet<string>,
): readonly JsonObject[] {
  return tokens.flatMap((content, id) => {
    const type = types[id]
    const isSpecial = type === tokenTypes.control || type === tokenTypes.unknown || special.has(content)
    if (!isSpecial && type !== tokenTypes.userDefined) return []
    const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false }
    return [{ id, content, ...flags, special: isSpecial }]
  })
}

/** What transformers adds to a text when it is asked for special tokens; Recheck never asks. */
function postProcessor(
  metadata: GgufHeader['metadata'],
  { bos_token: bos }: { readonly bos_token?: string },
  vocabulary: ReadonlyMap<string, number>,
): JsonObject {
  const bytes = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true }
  const id = bos === undefined ? undefined : vocabulary.get(bos)
  if (metadata.get('tokenizer.ggml.add_bos_token') !== true || bos === undefined || id === undefined)
    return bytes
  const first = { SpecialToken: { id: bos, type_id: 0 } }
  const textOf = (name: 'A' | 'B', type: number): JsonObject => ({ Sequence: { id: name, type_id: type } })
  const template = {
    type: 'TemplateProcessing',
    single: [first, textOf('A', 0)],
    pair: [first, textOf('A', 0), { SpecialToken: { id: bos, type_id: 1 } }, textOf('B', 1)],
    special_tokens: { [bos]: { id: bos, ids: [id], tokens: [bos] } },
  }
  return { type: 'Sequence', processors: [bytes, template] }
}

function contextLength(metadata: GgufHeader['metadata']): GgufValue | null {
  return metadata.get(`${String(metadata.get('general.architecture'))}.context_length`) ?? null
}

function chatTemplate(metadata: GgufHeader['metadata'], file: string): string | null {
  const others = [...metadata.keys()].filter((key) => key.startsWith('tokenizer.chat_template.'))
  const template = metadata.get('tokenizer.chat_template') ?? null
  if (template === null && others.length > 0)
    throw unsupported(file, `it has only named chat templates, ${listed(others)}, and no default one`)
  if (template === null || typeof template === 'string') return template
  throw invalid(file, `"tokenizer.chat_template" must be a text, got ${describe(template)}`)
}

function unsupported(file: string, what: string): RecheckError {
  return new RecheckError('gguf.unsupported', `${file}: ${what}.`)
}

function invalid(file: string, what: string): RecheckError {
  return new RecheckError('gguf.invalid', `${file}: ${what}. Fetch or copy the file again.`)
}
