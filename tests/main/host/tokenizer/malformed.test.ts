import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../../../src/core/model/config/configFields.ts'
import { loadTokenizer } from '../../../../src/main/host/model/hubTokenizer.ts'
import { RecheckError } from '../../../../src/shared/errors/recheckError.ts'
import { changedFolder } from '../../../changedFolder.ts'
import { BUILTIN_FOLDER } from '../../../tokenizerFolders.ts'

const read = (name: string): JsonObject =>
  JSON.parse(readFileSync(join(BUILTIN_FOLDER, name), 'utf8')) as JsonObject
const builtin = read('tokenizer.json')
const model = builtin['model'] as JsonObject
const vocabulary = model['vocab'] as Readonly<Record<string, number>>
const config = read('tokenizer_config.json')

const inModel = (fields: JsonObject): JsonObject => ({ model: { ...model, ...fields } })
const without = (object: JsonObject, field: string): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== field))
const added = (fields: JsonObject): JsonObject => ({
  added_tokens: [
    ...(builtin['added_tokens'] as JsonObject[]),
    { id: 83, content: '<x>', special: true, ...fields },
  ],
})

/** A change of the built-in model's tokenizer.json, and the field that the message names. */
const malformed: Readonly<Record<string, readonly [change: JsonObject, message: RegExp]>> = {
  'no merges (T17)': [
    { model: without(model, 'merges') },
    /model\.merges: expected a list of merges, got undefined/,
  ],
  'merges that are no list': [inModel({ merges: 'a b' }), /model\.merges: expected a list/],
  'a merge of one token': [inModel({ merges: ['ab'] }), /model\.merges\[0\]: expected two tokens, got "ab"/],
  'a merge of numbers': [inModel({ merges: [[1, 2]] }), /model\.merges\[0\]: expected two tokens/],
  'a merge out of the vocabulary': [
    inModel({ merges: ['a €'] }),
    /model\.merges\[0\]: "€" is not in the vocabulary/,
  ],
  'no vocabulary': [{ model: without(model, 'vocab') }, /model\.vocab: expected an object of tokens/],
  'an empty vocabulary': [inModel({ vocab: {}, unk_token: null, merges: [] }), /model\.vocab: it is empty/],
  'a vocabulary of texts': [
    inModel({ vocab: { a: 'b' } }),
    /model\.vocab: the id of "a" must be a whole number/,
  ],
  'a negative id': [
    inModel({ vocab: { ...vocabulary, x1: -1 } }),
    /the id of "x1" must be a whole number from 0/,
  ],
  'a broken id': [inModel({ vocab: { ...vocabulary, x1: 1.5 } }), /the id of "x1"/],
  'an id that no list holds': [
    inModel({ vocab: { ...vocabulary, x1: 4_294_967_295 } }),
    /the id of "x1" must be .* got 4294967295/,
  ],
  'an id that is no number': [inModel({ vocab: { ...vocabulary, x1: null } }), /the id of "x1"/],
  'two tokens with one id': [
    inModel({ vocab: { ...vocabulary, x1: 57 } }),
    /"a" and "x1" have the same id 57/,
  ],
  'an unknown token that is not there': [
    inModel({ unk_token: '<nope>' }),
    /model\.unk_token: "<nope>" is not in the vocabulary/,
  ],
  'an unknown token that is a number': [inModel({ unk_token: 3 }), /model: unk_token: /],
  'a model of no kind': [
    inModel({ type: 'Oracle' }),
    /model\.type: expected one of BPE, WordPiece, Unigram; got "Oracle"/,
  ],
  'a model called like a prototype': [inModel({ type: '__proto__' }), /model\.type: expected one of/],
  WordLevel: [inModel({ type: 'WordLevel' }), /model\.type: expected one of/],
  dropout: [inModel({ dropout: 0.1 }), /model: dropout: only 0 is supported/],
  'a field that is not known': [inModel({ surprise: 1 }), /model: .*surprise/],
  'no model': [{ model: undefined }, /it has no field "model"/],
  'a model that is a list': [{ model: [] }, /model: expected an object, got \[\]/],
  'added tokens that are no list': [{ added_tokens: {} }, /added_tokens: expected a list/],
  'an added token that is a text': [{ added_tokens: ['<x>'] }, /added_tokens\[0\]: /],
  'an added token without an id': [
    { added_tokens: [{ content: '<x>' }] },
    /added_tokens\[0\]: id: expected a token id/,
  ],
  'an added token far away': [added({ id: 3_000_000_000 }), /added_tokens\[5\]: id: expected a token id/],
  'an added token with a hole before it': [
    added({ id: 90 }),
    /added_tokens\[5\]: "<x>" has the id 90; Python's tokenizers would give it 83/,
  ],
  'an added token in the place of another': [added({ id: 57 }), /"<x>" has the id 57, and so has "a"/],
  'an added token of the vocabulary with another id': [
    added({ content: 'a' }),
    /"a" has the id 83 here and 57 before/,
  ],
  'an added token that is empty': [added({ content: '' }), /added_tokens\[5\]: content: /],
  'an added token of a megabyte': [added({ content: 'x'.repeat(1_000_000) }), /added_tokens\[5\]: content: /],
  'an added token that is a word of its own': [
    added({ single_word: true }),
    /added_tokens\[5\]: single_word: true is not supported/,
  ],
  'a pre-tokenizer of no kind': [
    { pre_tokenizer: { type: 'Oracle' } },
    /pre_tokenizer\.type: expected one of Split, .*; got "Oracle"/,
  ],
  'a pre-tokenizer that is a text': [
    { pre_tokenizer: 'ByteLevel' },
    /pre_tokenizer: expected an object or null, got "ByteLevel"/,
  ],
  'a pattern that is a text (M5)': [
    {
      pre_tokenizer: { type: 'Split', pattern: '\u001b]0;pwned\u0007', behavior: 'Isolated', invert: false },
    },
    /pre_tokenizer: pattern: expected \{"String": …\} or \{"Regex": …\}/,
  ],
  'a broken pattern': [
    { pre_tokenizer: { type: 'Split', pattern: { Regex: '[a' }, behavior: 'Isolated', invert: false } },
    /this tokenizer is not supported: .*character class/,
  ],
  'a behaviour of no kind': [
    { pre_tokenizer: { type: 'Split', pattern: { String: 'a' }, behavior: 'Sideways' } },
    /pre_tokenizer: behavior: /,
  ],
  'a part of a sequence': [
    { pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits' }, { type: 'Oracle' }] } },
    /pre_tokenizer\.pretokenizers\[1\]\.type: /,
  ],
  'a sequence without its list': [
    { pre_tokenizer: { type: 'Sequence' } },
    /pre_tokenizer\.pretokenizers: expected a list/,
  ],
  'a sequence of a million parts': [
    {
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: Array.from({ length: 100_000 }, () => ({ type: 'Digits' })),
      },
    },
    /more than 64 parts/,
  ],
  'sequences inside one another': [{ pre_tokenizer: nested(20) }, /more than 4 deep/],
  'a normalizer of no kind': [
    { normalizer: { type: 'Precompiled', precompiled_charsmap: '' } },
    /normalizer\.type: expected one of/,
  ],
  'a normalizer that grows without end': [
    {
      normalizer: {
        type: 'Sequence',
        normalizers: Array.from({ length: 20 }, () => ({
          type: 'Replace',
          pattern: { String: 'a' },
          content: 'aaaaaaaaaa',
        })),
      },
    },
    /normalizer: it makes a text up to 1\d* times longer/,
  ],
  'a normalizer without its pattern': [
    { normalizer: { type: 'Replace', content: 'x' } },
    /normalizer: pattern: expected/,
  ],
  'a decoder of no kind': [{ decoder: { type: 'Oracle' } }, /decoder\.type: expected one of/],
  'a decoder that strips without end': [
    { decoder: { type: 'Strip', content: ' ', start: 1e9, stop: 0 } },
    /decoder: start: /,
  ],
}

function nested(depth: number): JsonObject {
  return Array.from({ length: depth }).reduce<JsonObject>(
    (inner) => ({ type: 'Sequence', pretokenizers: [inner] }),
    { type: 'Digits' },
  )
}

/** A change of the built-in model's tokenizer_config.json. */
const malformedConfig: Readonly<Record<string, readonly [change: JsonObject, message: RegExp]>> = {
  'a special token that is a number': [
    { eos_token: 2 },
    /tokenizer_config\.json: eos_token: expected a text, or an object .* got 2/,
  ],
  'a special token without its text': [{ bos_token: { special: true } }, /bos_token: expected a text/],
  'a special token that is not there': [
    { bos_token: '<nope>' },
    /bos_token is "<nope>", and tokenizer\.json has no such token/,
  ],
  'further special tokens that are a text': [
    { additional_special_tokens: '<x>' },
    /additional_special_tokens: expected a list, got "<x>"/,
  ],
  'a further special token that is a number': [
    { additional_special_tokens: [7] },
    /additional_special_tokens: expected a text/,
  ],
  'added tokens that are a list': [
    { added_tokens_decoder: ['<x>'] },
    /added_tokens_decoder: expected an object/,
  ],
  'an added token with another text': [
    { added_tokens_decoder: { 57: { content: '<x>' } } },
    /added_tokens_decoder\.57: "<x>" has the id 57, and so has "a"/,
  ],
  'an added token with another id': [
    { added_tokens_decoder: { 83: { content: 'a' } } },
    /added_tokens_decoder\.83: "a" has the id 83 here and 57 before/,
  ],
  'an added token whose id is a word': [
    { added_tokens_decoder: { x: { content: '<x>' } } },
    /added_tokens_decoder\.x: id: expected a token id/,
  ],
}

async function refusal(files: Readonly<Record<string, string>>): Promise<string> {
  const thrown: unknown = await loadTokenizer(await changedFolder(files)).then(
    () => null,
    (error: unknown) => error,
  )
  assert.ok(thrown instanceof RecheckError, String(thrown))
  assert.equal(thrown.code, 'tokenizer.invalid')
  assert.match(
    thrown.message,
    /^\/[^\n]*(tokenizer\.json|tokenizer_config\.json|recheck-tokenizer-\w+): [^\n\u001b\u0007]*$/,
  )
  assert.ok(thrown.message.length < 700, thrown.message)
  return thrown.message
}

describe('a malformed tokenizer.json is refused in one line that names file and field', () => {
  for (const [name, [change, message]] of Object.entries(malformed)) {
    test(name, async () => {
      const json = { ...builtin, ...change }
      const startMs = performance.now()
      assert.match(await refusal({ 'tokenizer.json': JSON.stringify(json) }), message)
      assert.ok(performance.now() - startMs < 20_000)
    })
  }
})

describe('a malformed tokenizer_config.json is refused in one line that names file and field', () => {
  for (const [name, [change, message]] of Object.entries(malformedConfig)) {
    test(name, async () => {
      assert.match(
        await refusal({ 'tokenizer_config.json': JSON.stringify({ ...config, ...change }) }),
        message,
      )
    })
  }
})

test('ids of config files beyond the vocabulary are refused with file and field', async () => {
  for (const [name, text, field] of [
    ['generation_config.json', '{"eos_token_id": 1e308}', 'eos_token_id'],
    ['generation_config.json', '{"eos_token_id": [2, 83]}', 'eos_token_id'],
    ['config.json', '{"vocab_size": 83, "bos_token_id": -1}', 'bos_token_id'],
    ['generation_config.json', '{"pad_token_id": 1000000000}', 'pad_token_id'],
  ] as const) {
    const folder = await changedFolder({ [name]: text, 'tokenizer_config.json': '{"eos_token": "<eos>"}' })
    await assert.rejects(loadTokenizer(folder), {
      code: 'config.invalid',
      message: new RegExp(`${name}: "${field}" must be a token id`),
    })
  }
})
