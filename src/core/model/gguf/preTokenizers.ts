import type { JsonObject } from '../config/configFields.ts'

/** How text is cut before merges, in the form of tokenizer.json. */
export interface PreTokenization {
  readonly preTokenizer: JsonObject
  readonly normalizer: JsonObject | null
  /** A text that is a token as it is stays whole, whatever the merges say. */
  readonly ignoreMerges: boolean
}

const byteLevel = (useRegex: boolean): JsonObject => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
})

const split = (regex: string): JsonObject => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false },
    byteLevel(false),
  ],
})

const gpt2: PreTokenization = { preTokenizer: byteLevel(true), normalizer: null, ignoreMerges: false }

/** Every digit is a word of its own, then as GPT-2. */
const digits: PreTokenization = {
  preTokenizer: {
    type: 'Sequence',
    pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel(true)],
  },
  normalizer: null,
  ignoreMerges: false,
}

const qwen2: PreTokenization = {
  preTokenizer: split(
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  ),
  normalizer: { type: 'NFC' },
  ignoreMerges: false,
}

const llama3: PreTokenization = {
  preTokenizer: split(
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  ),
  normalizer: null,
  ignoreMerges: true,
}

/**
 * By `tokenizer.ggml.pre`. Source: `llama_vocab::impl::load` of llama.cpp, `src/llama-vocab.cpp`, and the
 * tokenizer.json of the models that its convert_hf_to_gguf.py names.
 */
export const preTokenizations: ReadonlyMap<string, PreTokenization> = new Map([
  ['gpt-2', gpt2],
  ['smollm', digits],
  ['starcoder', digits],
  ['refact', digits],
  ['codeshell', digits],
  ['qwen2', qwen2],
  ['deepseek-r1-qwen', qwen2],
  ['llama-bpe', llama3],
  ['llama3', llama3],
  ['llama-v3', llama3],
])
