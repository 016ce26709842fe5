import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../../../src/core/model/config/configFields.ts'
import { readTokenizerJson, type TextCodec } from '../../../../src/main/host/tokenizer/tokenizerJson.ts'

type Row = readonly [ids: readonly number[], decoded: string, withoutSpecial: string]
interface PartsTable {
  readonly base: JsonObject
  readonly texts: readonly string[]
  readonly cases: readonly {
    readonly name: string
    readonly change: JsonObject
    readonly rows: readonly Row[] | null
  }[]
}

/**
 * Written by tests/oracles/tokenizer_parts.py with Python's tokenizers; rows are null where Python refuses
 * the file.
 */
const table = JSON.parse(
  readFileSync(new URL('../../../fixtures/tokenizers/parts.json', import.meta.url), 'utf8'),
) as PartsTable

function read(change: JsonObject): TextCodec | null {
  const config = { file: 'tokenizer_config.json', path: '', json: {} }
  try {
    return readTokenizerJson(
      { ...table.base, ...change },
      { file: 'tokenizer.json', config, specialTokens: [] },
    )
  } catch (thrown) {
    assert.match(String(thrown), /^RecheckError: tokenizer\.json: .*\. Save the tokenizer again[^\n]*$/s)
    return null
  }
}

function compare({ added, encode, decode }: TextCodec, rows: readonly Row[]): void {
  const special = new Set(added.tokens.filter((token) => token.special).map((token) => token.content))
  for (const [index, text] of table.texts.entries()) {
    const [ids, decoded, withoutSpecial] = rows[index] ?? [[], '', '']
    assert.deepEqual(encode(text), ids, `ids of ${JSON.stringify(text)}`)
    const tokens = ids.map((id) => added.tokenOf.get(id) ?? '')
    assert.equal(decode(tokens), decoded, `text of ${JSON.stringify(tokens)}`)
    assert.equal(decode(tokens.filter((token) => !special.has(token))), withoutSpecial)
  }
}

describe('each part of a tokenizer gives what Python gives, or its file is refused with the field', () => {
  for (const { name, change, rows } of table.cases) {
    test(name, () => {
      const codec = read(change)
      if (rows === null) assert.equal(codec, null, 'Python refuses it')
      else if (codec !== null) compare(codec, rows)
    })
  }
})

test('most of what Python reads is read', () => {
  const readable = table.cases.filter(({ rows }) => rows !== null)
  const done = readable.filter(({ change }) => read(change) !== null)
  assert.ok(readable.length >= 150 && done.length >= 114, `${done.length} of ${readable.length}`)
})
