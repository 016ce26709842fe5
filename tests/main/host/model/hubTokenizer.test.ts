import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { loadTokenizer } from '../../../../src/main/host/model/hubTokenizer.ts'
import type { ChatMessage, Tokenizer } from '../../../../src/core/tokens/tokenizer.ts'
import { changedFolder } from '../../../changedFolder.ts'
import { BUILTIN_FOLDER, makeLlama3LikeFolder, QWEN_FOLDER } from '../../../tokenizerFolders.ts'

/** Written by tests/oracles/tokenizer_tables.py with Python's tokenizers and transformers. */
interface ParityTable {
  readonly vocabularySize: number
  readonly rows: readonly { text: string; ids: number[]; decoded: string; plain: string }[]
  readonly decodes: readonly { ids: number[]; decoded: string; plain: string }[]
  readonly chats: readonly {
    messages: ChatMessage[]
    addGenerationPrompt: boolean
    text: string
    ids: number[]
  }[]
}

async function parityTable(name: string): Promise<ParityTable> {
  const path = new URL(`../../../fixtures/tokenizers/${name}.json`, import.meta.url)
  return JSON.parse(await readFile(path, 'utf8')) as ParityTable
}

const cases = [
  { name: 'builtin', folder: async () => BUILTIN_FOLDER },
  { name: 'qwen2.5', folder: async () => QWEN_FOLDER },
  { name: 'llama3-like', folder: makeLlama3LikeFolder },
] as const

for (const { name, folder: makeFolder } of cases) {
  describe(`${name} against Python's tokenizers`, () => {
    let tokenizer: Tokenizer
    let table: ParityTable
    let folder: string
    before(async () => {
      folder = await makeFolder()
      tokenizer = await loadTokenizer(folder)
      table = await parityTable(name)
    })
    after(async () => {
      if (name === 'llama3-like') await rm(folder, { recursive: true })
    })

    test('vocabulary of the same size', () => {
      assert.equal(tokenizer.vocabularySize, table.vocabularySize)
    })
    test('text → the same ids → the same text, with special tokens and without', () => {
      assert.ok(table.rows.length >= 70)
      for (const row of table.rows) {
        assert.deepEqual(tokenizer.encode(row.text), row.ids, `ids of ${JSON.stringify(row.text)}`)
        assert.equal(tokenizer.decode(row.ids), row.decoded, `text of ${JSON.stringify(row.text)}`)
        assert.equal(tokenizer.decode(row.ids, { skipSpecialTokens: true }), row.plain)
      }
    })
    test('ids that no text gives, and characters cut in the middle', () => {
      assert.ok(table.decodes.length >= 20)
      for (const row of table.decodes) {
        assert.equal(tokenizer.decode(row.ids), row.decoded, `text of ${row.ids.join(' ')}`)
        assert.equal(tokenizer.decode(row.ids, { skipSpecialTokens: true }), row.plain)
      }
    })
    test('the chat template renders what transformers renders', () => {
      for (const chat of table.chats) {
        const text = tokenizer.renderChat(chat.messages, chat.addGenerationPrompt)
        assert.equal(text, chat.text)
        assert.deepEqual(tokenizer.encode(text), chat.ids)
      }
    })
  })
}

describe('round trips of any text', () => {
  test('Qwen2.5 gives every text back in its normal form (its tokenizer normalises to NFC)', async () => {
    const tokenizer = await loadTokenizer(QWEN_FOLDER)
    const text = fc.string({ unit: 'binary', maxLength: 60 })
    fc.assert(
      fc.property(text, (written) => {
        assert.equal(tokenizer.decode(tokenizer.encode(written)), written.normalize('NFC'))
      }),
      { numRuns: 500, seed: 1 },
    )
  })
  test('the built-in model gives back every text over its characters, one id each, special tokens among them', async () => {
    const tokenizer = await loadTokenizer(BUILTIN_FOLDER)
    const pieces = Array.from({ length: 83 }, (_, id) => tokenizer.decode([id]))
    fc.assert(
      fc.property(fc.array(fc.nat(82), { maxLength: 60 }), (ids) => {
        const text = ids.map((id) => pieces[id]).join('')
        assert.deepEqual(tokenizer.encode(text), ids)
        assert.equal(tokenizer.decode(ids), text)
      }),
      { numRuns: 500, seed: 1 },
    )
  })
})

describe('special ids', () => {
  test('the built-in model', async () => {
    const { bosId, endIds, padId, hasChatTemplate } = await loadTokenizer(BUILTIN_FOLDER)
    assert.deepEqual(
      { bosId, endIds, padId, hasChatTemplate },
      { bosId: 1, endIds: [2], padId: 0, hasChatTemplate: true },
    )
  })
  test('Qwen2.5 alone: no beginning token, <|im_end|> ends, <|endoftext|> pads', async () => {
    const { bosId, endIds, padId } = await loadTokenizer(QWEN_FOLDER)
    assert.deepEqual({ bosId, endIds, padId }, { bosId: null, endIds: [151645], padId: 151643 })
  })
  test('generation_config.json names several end ids, and has the last word over config.json', async () => {
    const { endIds, bosId } = await loadTokenizer(
      await changedFolder({
        'generation_config.json': '{"eos_token_id": [2, 4]}',
        'config.json': '{"eos_token_id": 3, "bos_token_id": 1}',
      }),
    )
    assert.deepEqual({ endIds, bosId }, { endIds: [2, 4], bosId: 1 })
  })
  test('without any of the optional files config.json decides', async () => {
    const folder = await changedFolder({ 'config.json': '{"eos_token_id": 3, "bos_token_id": 1}' })
    await rm(join(folder, 'generation_config.json'))
    await rm(join(folder, 'tokenizer_config.json'))
    const { bosId, endIds, padId, hasChatTemplate } = await loadTokenizer(folder)
    assert.deepEqual(
      { bosId, endIds, padId, hasChatTemplate },
      { bosId: 1, endIds: [3], padId: 3, hasChatTemplate: false },
    )
  })
  test('ids beyond the tokens, as in a padded embedding, decode to nothing', async () => {
    const tokenizer = await loadTokenizer(BUILTIN_FOLDER)
    assert.equal(tokenizer.decode([57, 83, 4000, 58]), 'ab')
    assert.equal(tokenizer.decode([83]), '')
  })
})

const rejected: readonly { name: string; files: Record<string, string>; code: string; message: RegExp }[] = [
  {
    name: 'truncated tokenizer.json',
    files: { 'tokenizer.json': '{"model": {"vocab"' },
    code: 'file.bad-json',
    message: /tokenizer\.json is not valid JSON: .*complete\?/,
  },
  {
    name: 'a list',
    files: { 'tokenizer.json': '[1, 2]' },
    code: 'file.bad-json',
    message: /expected a JSON object, got \[1,2\]/,
  },
  {
    name: 'another kind of file',
    files: { 'tokenizer.json': '{"weights": 3}' },
    code: 'tokenizer.invalid',
    message: /it has no field "model"/,
  },
  {
    name: 'an unknown pre-tokenizer',
    files: {
      'tokenizer.json':
        '{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}, "added_tokens": [], "normalizer": null, "post_processor": null, "decoder": null, "pre_tokenizer": {"type": "Oracle"}}',
    },
    code: 'tokenizer.invalid',
    message: /pre_tokenizer\.type: expected one of .* got "Oracle"/,
  },
  {
    name: 'bad tokenizer_config.json',
    files: { 'tokenizer_config.json': 'null' },
    code: 'file.bad-json',
    message: /tokenizer_config\.json: expected a JSON object, got null/,
  },
  {
    name: 'nothing that ends a turn',
    files: { 'generation_config.json': '{}', 'config.json': '{}', 'tokenizer_config.json': '{}' },
    code: 'tokenizer.invalid',
    message: /no token ends a turn/,
  },
]

describe('folders that are not right', () => {
  for (const { name, files, code, message } of rejected) {
    test(name, async () => {
      await assert.rejects(loadTokenizer(await changedFolder(files)), { name: 'RecheckError', code, message })
    })
  }
  test('no tokenizer.json, no folder', async () => {
    const expected = {
      name: 'RecheckError',
      code: 'tokenizer.missing',
      message: /tokenizer\.json: no such file/,
    }
    const folder = await changedFolder({})
    await rm(join(folder, 'tokenizer.json'))
    await assert.rejects(loadTokenizer(folder), expected)
    await assert.rejects(loadTokenizer(join(folder, 'nowhere')), expected)
  })
})
