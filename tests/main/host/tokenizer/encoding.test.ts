import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { JsonObject } from '../../../../src/core/model/config/configFields.ts'
import { loadTokenizer } from '../../../../src/main/host/model/hubTokenizer.ts'
import { changedFolder } from '../../../changedFolder.ts'
import { BUILTIN_FOLDER } from '../../../tokenizerFolders.ts'

const read = (name: string): JsonObject =>
  JSON.parse(readFileSync(join(BUILTIN_FOLDER, name), 'utf8')) as JsonObject
const builtin = read('tokenizer.json')
const config = read('tokenizer_config.json')

test('a text that gives no token, or one that the model has no row for, is refused', async () => {
  const nothing = { ...builtin, model: { ...(builtin['model'] as JsonObject), unk_token: null } }
  const empty = await loadTokenizer(await changedFolder({ 'tokenizer.json': JSON.stringify(nothing) }))
  assert.throws(() => empty.encode('€'), /tokenizer\.json: no token stands for any part of "€"/)
  assert.deepEqual(empty.encode(''), [])
  const larger = await loadTokenizer(
    await changedFolder({
      'tokenizer.json': JSON.stringify({
        ...builtin,
        added_tokens: [
          ...(builtin['added_tokens'] as JsonObject[]),
          { id: 83, content: '<x>', special: true },
        ],
      }),
      'config.json': JSON.stringify({ ...read('config.json'), vocab_size: 83 }),
    }),
  )
  assert.throws(
    () => larger.encode('a<x>'),
    /"a<x>" gives the token "<x>" with the id 83, and the model has 83/,
  )
})

test('a pattern that would take for ever is ended, and the program lives on', async () => {
  const split = { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated', invert: false }
  const tokenizer = await loadTokenizer(
    await changedFolder({ 'tokenizer.json': JSON.stringify({ ...builtin, pre_tokenizer: split }) }),
  )
  assert.equal(tokenizer.encode('aa').length, 2)
  const startMs = performance.now()
  assert.throws(() => tokenizer.encode(`${'a'.repeat(60)}b`), {
    code: 'tokenizer.invalid',
    message: /a pattern of this tokenizer takes more than 5 s on a text of 61 characters/,
  })
  assert.ok(performance.now() - startMs < 30_000)
  assert.equal(tokenizer.encode('aa').length, 2)
})

test('special tokens that only tokenizer_config.json names are found in a text and left out of plain text', async () => {
  const json = { ...builtin, added_tokens: [] }
  const tokenizer = await loadTokenizer(
    await changedFolder({
      'tokenizer.json': JSON.stringify(json),
      'tokenizer_config.json': JSON.stringify({
        ...config,
        additional_special_tokens: ['<user>', { content: '<assistant>' }],
      }),
    }),
  )
  assert.deepEqual(tokenizer.encode('<bos><user>a<assistant><eos>'), [1, 3, 57, 4, 2])
  assert.equal(tokenizer.decode([1, 3, 57, 4, 2], { skipSpecialTokens: true }), 'a')
})

test('a token of added_tokens_decoder that tokenizer.json lacks is added, as transformers does', async () => {
  const tokenizer = await loadTokenizer(
    await changedFolder({
      'tokenizer_config.json': JSON.stringify({
        ...config,
        added_tokens_decoder: { 83: { content: '<x>', special: true } },
      }),
      'config.json': '{"vocab_size": 100}',
    }),
  )
  assert.deepEqual(tokenizer.encode('a<x>'), [57, 83])
})
