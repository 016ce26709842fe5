import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { JsonObject } from '../../../../src/core/model/config/configFields.ts'
import { openGguf } from '../../../../src/main/host/model/gguf/ggufFile.ts'
import { importGguf } from '../../../../src/main/host/model/gguf/importGguf.ts'
import { writeGguf } from '../../../../src/main/host/model/gguf/writeGguf.ts'
import { loadTokenizer } from '../../../../src/main/host/model/hubTokenizer.ts'
import { openModelFolder, readParameters } from '../../../../src/main/host/model/modelFolder.ts'
import { viewParameters } from '../../../../src/main/host/model/parameterView.ts'
import { littleModel, randomParameters } from '../../../randomModel.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'

const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures')

/** Made by tests/oracles/gguf_export.py with gguf-py and numpy. */
interface Expected {
  readonly models: Readonly<
    Record<string, Readonly<Record<string, { shape: number[]; format: string; sha256: string }>>>
  >
}
const { models: expected } = JSON.parse(
  readFileSync(join(fixtures, 'gguf', 'export.json'), 'utf8'),
) as Expected

async function imported(path: string, models: string, name: string): Promise<string> {
  return (await importGguf({ path, name, models, report: () => undefined })).model.folder
}

async function exported(folder: string, path: string): Promise<void> {
  const opened = await openModelFolder(folder)
  const parameters = viewParameters(opened)
  await writeGguf(path, { name: 'a run', licence: 'cc0-1.0', config: opened.config, parameters, folder })
}

for (const [name, tensors] of Object.entries(expected)) {
  test(`${name}: every tensor is the one that gguf-py and numpy make; read back, it is the same model`, async (t) => {
    const out = temporaryFolder(t)
    const first = await imported(join(fixtures, 'gguf', `${name}.gguf`), out, 'first')
    const path = join(out, `${name}.gguf`)
    await exported(first, path)
    const reader = await openGguf(path)
    try {
      const found: Record<string, unknown> = {}
      for (const tensor of reader.header.tensors.values()) {
        const { type, shape } = tensor
        const bytes = readFileSync(path).subarray(tensor.start, tensor.end)
        found[tensor.name] = { shape, format: type, sha256: createHash('sha256').update(bytes).digest('hex') }
      }
      assert.deepEqual(found, tensors)
      assert.equal(reader.header.metadata.get('general.license'), 'cc0-1.0')
    } finally {
      await reader.close()
    }
    const second = await imported(path, out, 'second')
    const { config } = await openModelFolder(first)
    assert.deepEqual((await openModelFolder(second)).config, config)
    const [before, after] = [await loadTokenizer(first), await loadTokenizer(second)]
    const text = "Hello, the 2024 world's hen 12345\n\t <|im_start|>user"
    assert.deepEqual(after.encode(text), before.encode(text))
    const chat = [{ role: 'user', content: 'in the hen' }] as const
    assert.equal(after.renderChat(chat, true), before.renderChat(chat, true))
    assert.deepEqual([after.bosId, after.endIds, after.padId], [before.bosId, before.endIds, before.padId])
    // halves are kept as they are: a second file holds the same bytes
    const again = join(out, 'again.gguf')
    await exported(second, again)
    assert.ok(readFileSync(again).equals(readFileSync(path)))
    const [weights, read] = [
      await readParameters(await openModelFolder(first)),
      await readParameters(await openModelFolder(second)),
    ]
    for (const [parameter, { values }] of weights)
      read.get(parameter)?.values.forEach((value, at) => {
        const original = values[at] ?? NaN
        assert.ok(Math.abs(value - original) <= Math.abs(original) * 2 ** -11 + 2 ** -25, parameter)
      })
  })
}

test('several end tokens, and the tokens that the folder calls special, come back', async (t) => {
  const out = temporaryFolder(t)
  const folder = await imported(join(fixtures, 'gguf', 'qwen2.gguf'), out, 'first')
  change(join(folder, 'generation_config.json'), { eos_token_id: [0, 2] })
  const path = join(out, 'model.gguf')
  await exported(folder, path)
  const reader = await openGguf(path)
  await reader.close()
  const { metadata } = reader.header
  const id = (name: string): unknown => metadata.get(`tokenizer.ggml.${name}_token_id`)
  // the one that tokenizer_config.json names comes first
  assert.deepEqual([id('eos'), id('eot'), id('eom')], [2, 0, undefined])
  assert.deepEqual((await loadTokenizer(await imported(path, out, 'second'))).endIds, [2, 0])
})

function change(path: string, fields: JsonObject): void {
  const json = JSON.parse(readFileSync(path, 'utf8')) as JsonObject
  writeFileSync(path, JSON.stringify({ ...json, ...fields }))
}

async function refused(t: TestContext, name: string, spoil: (folder: string) => void): Promise<unknown> {
  const out = temporaryFolder(t)
  const folder = await imported(join(fixtures, 'gguf', `${name}.gguf`), out, 'first')
  spoil(folder)
  return exported(folder, join(out, 'model.gguf')).catch((thrown: unknown) => thrown)
}

test('what llama.cpp would read or compute otherwise is refused, with the way out', async (t) => {
  const cases: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
    ['llama', (at) => change(join(at, 'config.json'), { hidden_act: 'gelu' }), /its activation is gelu/],
    [
      'qwen2',
      (at) => change(join(at, 'tokenizer.json'), { normalizer: { type: 'NFKC' } }),
      /how it splits a text is not known/,
    ],
    [
      'qwen2',
      (at) => change(join(at, 'generation_config.json'), { eos_token_id: [0, 1, 2, 3] }),
      /4 tokens end a turn, a GGUF file can name three/,
    ],
    ['llama', copyBuiltin, /it is no byte-level BPE/],
  ]
  for (const [name, spoil, message] of cases) {
    const thrown = await refused(t, name, spoil)
    assert.ok(thrown instanceof Error, String(message))
    assert.match(thrown.message, message)
    assert.match(thrown.message, /Export a Hugging Face folder instead \(leave --gguf out\)/)
  }
})

function copyBuiltin(folder: string): void {
  const builtin = join(import.meta.dirname, '..', '..', '..', '..', 'resources', 'models', 'builtin')
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(join(builtin, name), join(folder, name))
}

test('a weight beyond F16 is refused by its name, and no file is left', async (t) => {
  const out = temporaryFolder(t)
  const folder = await imported(join(fixtures, 'gguf', 'qwen2.gguf'), out, 'first')
  const { config } = await openModelFolder(folder)
  const parameters = randomParameters({ ...littleModel, ...config }, 1)
  const matrix = parameters.get('model.layers.1.mlp.up_proj.weight')
  matrix?.values.set([65536], 7)
  const path = join(out, 'model.gguf')
  await assert.rejects(writeGguf(path, { name: 'a', licence: null, config, parameters, folder }), {
    code: 'gguf.unsupported',
    message: /"model.layers.1.mlp.up_proj.weight" has a weight of 65536; F16 goes to 65504/,
  })
  assert.throws(() => readFileSync(path), { code: 'ENOENT' })
})
