import { canonicalJson } from '../../../shared/text/canonicalJson.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import { isJsonObject, type JsonObject } from '../config/configFields.ts'
import type { GgufEntry } from './ggufHeaderBytes.ts'
import { preTokenizations } from './preTokenizers.ts'

/** What a model folder's files say of its tokenizer; they have been checked. */
export interface TokenizerFacts {
  /** tokenizer.json, as messages name it. */
  readonly file: string
  readonly json: JsonObject
  /** Of the vocabulary and of added tokens, by id. */
  readonly tokenOf: ReadonlyMap<number, string>
  /** Tokens that are found in a text before it is split; the value: whether it is a special one. */
  readonly added: ReadonlyMap<string, boolean>
  readonly bosId: number | null
  readonly endIds: readonly number[]
  readonly unknownId: number | null
  readonly padId: number | null
  readonly chatTemplate: string | null
}

/** `token_type` of llama.cpp. */
const tokenTypes = { normal: 1, control: 3, userDefined: 4, unused: 5 } as const

/**
 * The metadata `tokenizer.*` of a byte-level BPE tokenizer.
 *
 * @param rows  of the model's embedding: as many tokens are written
 * @throws RecheckError `gguf.unsupported` for every other tokenizer, and words that llama.cpp has no name for
 */
export function vocabularyEntries(facts: TokenizerFacts, rows: number): ReadonlyMap<string, GgufEntry> {
  const { json, tokenOf, added, chatTemplate } = facts
  const model = byteLevelModel(facts)
  const beyond = [...tokenOf.keys()].find((id) => id >= rows)
  if (beyond !== undefined)
    throw unsupported(facts, `it has a token with the id ${beyond}, the model has ${rows} rows`)
  const { tokens, types } = listTokens(tokenOf, added, rows)
  const entries = new Map<string, GgufEntry>([
    ['tokenizer.ggml.model', { kind: 'text', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { kind: 'text', value: preTokenizerName(facts, model) }],
    ['tokenizer.ggml.tokens', { kind: 'texts', values: tokens }],
    ['tokenizer.ggml.token_type', { kind: 'integers', values: types }],
    ['tokenizer.ggml.merges', { kind: 'texts', values: mergesOf(facts, model) }],
  ])
  for (const [name, id] of specialIds(facts))
    entries.set(`tokenizer.ggml.${name}_token_id`, { kind: 'count', value: id })
  entries.set('tokenizer.ggml.add_bos_token', { kind: 'flag', value: beginsWithBos(json, facts) })
  if (chatTemplate !== null) entries.set('tokenizer.chat_template', { kind: 'text', value: chatTemplate })
  return entries
}

function byteLevelModel(facts: TokenizerFacts): JsonObject {
  const { model, decoder } = facts.json
  const isByteLevel = isJsonObject(decoder) && decoder['type'] === 'ByteLevel'
  if (!isJsonObject(model) || (model['type'] ?? 'BPE') !== 'BPE' || !isByteLevel) {
    throw unsupported(facts, 'it is no byte-level BPE, as those of GPT-2, SmolLM2, Qwen and Llama 3 are')
  }
  const suffix = model['end_of_word_suffix'] ?? ''
  if (suffix !== '' || model['byte_fallback'] === true)
    throw unsupported(facts, 'its BPE has an end-of-word suffix or falls back to bytes')
  return model
}

/** Rows that no token names are filled as llama.cpp's converter fills them. */
function listTokens(
  tokenOf: TokenizerFacts['tokenOf'],
  added: TokenizerFacts['added'],
  rows: number,
): { readonly tokens: readonly string[]; readonly types: readonly number[] } {
  const tokens: string[] = []
  const types: number[] = []
  for (let id = 0; id < rows; id++) {
    const token = tokenOf.get(id)
    tokens.push(token ?? `[PAD${id}]`)
    const special = token === undefined ? undefined : added.get(token)
    if (token === undefined) types.push(tokenTypes.unused)
    else if (special === undefined) types.push(tokenTypes.normal)
    else types.push(special ? tokenTypes.control : tokenTypes.userDefined)
  }
  return { tokens, types }
}

function mergesOf(facts: TokenizerFacts, { merges }: JsonObject): readonly string[] {
  const list: readonly unknown[] = Array.isArray(merges) ? merges : []
  return list.map((merge) => {
    const parts: readonly unknown[] = Array.isArray(merge) ? merge : String(merge).split(' ')
    const [first, second, ...more] = parts
    if (typeof first === 'string' && typeof second === 'string' && more.length === 0)
      if (!first.includes(' ') && !second.includes(' ')) return `${first} ${second}`
    throw unsupported(facts, `the merge ${quoted(parts.join(' '))} cannot be written with one space in it`)
  })
}

/** The words of this tokenizer by llama.cpp's name for them. */
function preTokenizerName(facts: TokenizerFacts, model: JsonObject): string {
  const { normalizer, pre_tokenizer: words } = facts.json
  const ignoresMerges = model['ignore_merges'] === true
  const found = [...preTokenizations].find(
    ([, known]) =>
      comparable(known.preTokenizer) === comparable(words) &&
      comparable(known.normalizer) === comparable(normalizer) &&
      known.ignoreMerges === ignoresMerges,
  )
  if (found !== undefined) return found[0]
  throw unsupported(
    facts,
    'how it splits a text is not known to Recheck by a name of llama.cpp ("tokenizer.ggml.pre"); known are the words of GPT-2, ' +
      'SmolLM2, Qwen2 and Llama 3',
  )
}

/** What decides of a pre-tokenizer or normalizer, in one form: the steps with the fields that change ids. */
function comparable(step: unknown): string {
  return canonicalJson(stepsOf(step).map(decisive))
}

function stepsOf(step: unknown): readonly JsonObject[] {
  if (!isJsonObject(step)) return []
  if (step['type'] !== 'Sequence') return [step]
  const inner = step['pretokenizers'] ?? step['normalizers']
  return Array.isArray(inner) ? inner.flatMap(stepsOf) : []
}

function decisive(step: JsonObject): JsonObject {
  if (step['type'] !== 'ByteLevel') return step
  // trim_offsets moves positions in the text, never ids
  const { add_prefix_space: prefix = true, use_regex: regex = true } = step
  return { type: 'ByteLevel', add_prefix_space: prefix, use_regex: regex }
}

/** llama.cpp knows three tokens that end a generation: of the text, of a turn, of a message. */
function specialIds(facts: TokenizerFacts): readonly (readonly [name: string, id: number])[] {
  const [eos, eot, eom, ...more] = facts.endIds
  if (more.length > 0)
    throw unsupported(facts, `${facts.endIds.length} tokens end a turn, a GGUF file can name three`)
  const named = [
    ['bos', facts.bosId],
    ['eos', eos ?? null],
    ['eot', eot ?? null],
    ['eom', eom ?? null],
    ['unknown', facts.unknownId],
    ['padding', facts.padId],
  ] as const
  return named.flatMap(([name, id]) => (id === null ? [] : [[name, id] as const]))
}

/** Whether transformers begins a text with the token when it is asked for special ones. */
function beginsWithBos(
  { post_processor: processor }: JsonObject,
  { bosId, tokenOf }: TokenizerFacts,
): boolean {
  const bos = bosId === null ? undefined : tokenOf.get(bosId)
  const inner = isJsonObject(processor) ? processor['processors'] : undefined
  const steps: readonly unknown[] = Array.isArray(inner) ? inner : [processor]
  return steps.some((step) => {
    const single: unknown =
      isJsonObject(step) && step['type'] === 'TemplateProcessing' ? step['single'] : null
    const first: unknown = Array.isArray(single) ? single[0] : null
    const token = isJsonObject(first) ? first['SpecialToken'] : null
    return bos !== undefined && isJsonObject(token) && token['id'] === bos
  })
}

function unsupported({ file }: TokenizerFacts, what: string): RecheckError {
  return new RecheckError(
    'gguf.unsupported',
    `${file}: ${what}. Export a Hugging Face folder instead (leave --gguf out).`,
  )
}
