import assert from 'node:assert/strict'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openModelFolder, readParameters } from '../../../../src/main/host/model/modelFolder.ts'
import { loadTokenizer } from '../../../../src/main/host/model/hubTokenizer.ts'
import { RecheckError } from '../../../../src/shared/errors/recheckError.ts'
import { goldenFolder } from '../../../goldenFolders.ts'
import { BUILTIN_FOLDER } from '../../../tokenizerFolders.ts'
import { assertRefused, copyOf, withCase } from './caseFolders.ts'

async function editJson(path: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
  const json = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
  await writeFile(path, JSON.stringify({ ...json, ...fields }))
}

async function assertLikeBuiltin(folder: string): Promise<void> {
  const [own, builtin] = await Promise.all([openModelFolder(folder), openModelFolder(BUILTIN_FOLDER)])
  assert.deepEqual(own.config, builtin.config)
  assert.deepEqual(await readParameters(own), await readParameters(builtin))
}

test('M02, M03: rotary settings that contradict each other or differ by layer are refused', async () => {
  await assertRefused(
    await withCase('M02'),
    'config.contradiction',
    /"rope_parameters" and .*"rope_scaling" disagree: the rope type is "default" .* and "yarn"/,
  )
  await assertRefused(
    await withCase('M03'),
    'config.rope-type',
    /settings for each kind of layer \("full_attention"/,
  )
})

test('M23, M24: NaN and a byte order mark are read, by the model and by its tokenizer', async () => {
  for (const name of ['M23', 'M24']) {
    const folder = await withCase(name)
    if (name === 'M24') {
      const path = join(folder, 'tokenizer_config.json')
      await writeFile(path, `\ufeff${await readFile(path, 'utf8')}`)
    }
    await assertLikeBuiltin(folder)
    assert.deepEqual(
      (await loadTokenizer(folder)).encode('1 + 2'),
      (await loadTokenizer(BUILTIN_FOLDER)).encode('1 + 2'),
    )
  }
})

test('M14: a single weight file is read in place of an index that names shards, and the index is reported', async () => {
  const folder = await copyOf(BUILTIN_FOLDER)
  await writeFile(
    join(folder, 'model.safetensors.index.json'),
    JSON.stringify({ weight_map: { 'model.norm.weight': 'model-00001-of-00002.safetensors' } }),
  )
  await assertLikeBuiltin(folder)
  const { notices } = await openModelFolder(folder)
  assert.equal(notices.length, 1)
  assert.match(
    notices[0] ?? '',
    /model.safetensors holds the weights; model.safetensors.index.json beside it is not read/,
  )
  assert.deepEqual((await openModelFolder(BUILTIN_FOLDER)).notices, [])
})

test('a count of layers is refused by the weights before anything is made of it', async () => {
  const started = performance.now()
  for (const [name, field] of [
    ['qwen2', 'num_hidden_layers'],
    ['gpt2', 'n_layer'],
  ] as const) {
    for (const [layers, message] of [
      [1e9, new RegExp(`"${field}" must be a whole number from 1 to 10000, got 1000000000`)],
      [1e308, new RegExp(`"${field}" must be .* got 1e\\+308`)],
      [10_000, /config.json says 10000 layers, the weights have \d/],
      [1, /config.json says 1 layers, the weights have \d/],
    ] as const) {
      const folder = await copyOf(goldenFolder(name))
      await editJson(join(folder, 'config.json'), { [field]: layers, layer_types: null })
      await assert.rejects(openModelFolder(folder), message)
    }
  }
  assert.ok(performance.now() - started < 5000)
})

test('a head of its own beside tied embeddings: an equal copy is left aside, another one is refused', async () => {
  const withHead = async (change: (head: Buffer) => void): Promise<string> => {
    const folder = await copyOf(goldenFolder('llama'))
    const path = join(folder, 'model.safetensors')
    const bytes = await readFile(path)
    const start = 8 + Number(bytes.readBigUInt64LE(0))
    const header = JSON.parse(bytes.subarray(8, start).toString()) as Record<
      string,
      { data_offsets: [number, number] }
    >
    const rangeOf = (name: string): [number, number] => {
      const [from = 0, to = 0] = header[name]?.data_offsets ?? []
      return [start + from, start + to]
    }
    const head = bytes.subarray(...rangeOf('lm_head.weight'))
    bytes.subarray(...rangeOf('model.embed_tokens.weight')).copy(head)
    change(head)
    await writeFile(path, bytes)
    await editJson(join(folder, 'config.json'), { tie_word_embeddings: true })
    return folder
  }
  const equal = await openModelFolder(await withHead(() => undefined))
  assert.equal(equal.config.tiedHead, true)
  assert.ok(!equal.entries.has('lm_head.weight'))
  const other = await withHead((head) =>
    head.writeFloatLE(head.readFloatLE(head.length - 4) + 1, head.length - 4),
  )
  await assertRefused(
    other,
    'checkpoint.tied-head',
    /is another matrix than model.embed_tokens.weight.*to false/,
  )
})

test('NaN and infinite weights are refused when they are loaded, with tensor and count', async () => {
  for (const [name, broken, message] of [
    ['llama', [NaN], /2 of 48 values of tensor "model.norm.weight" are NaN or infinite/],
    ['llama', [Infinity, -Infinity], /2 of 48 values/],
  ] as const) {
    const folder = await copyOf(goldenFolder(name))
    const path = join(folder, 'model.safetensors')
    const bytes = await readFile(path)
    const entry = (await openModelFolder(folder)).entries.get('model.norm.weight')
    assert.ok(entry)
    bytes.writeFloatLE(broken[0], entry.start)
    bytes.writeFloatLE(broken.at(-1) ?? NaN, entry.end - 4)
    await writeFile(path, bytes)
    await assert.rejects(readParameters(await openModelFolder(folder)), (thrown) => {
      assert.ok(thrown instanceof RecheckError && thrown.code === 'checkpoint.not-finite')
      assert.match(thrown.message, message)
      return true
    })
  }
})

test('fields of a config that are not read are reported: unknown ones, another format of the weights', async () => {
  const folder = await copyOf(goldenFolder('llama'))
  const unknown = Object.fromEntries(['logit_cap', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => [name, 1]))
  await editJson(join(folder, 'config.json'), { ...unknown, dtype: 'bfloat16' })
  const { notices } = await openModelFolder(folder)
  assert.equal(notices.length, 2)
  assert.match(notices[0] ?? '', /does not know and does not read "logit_cap", "b", "c", "d", "e" and 2 more/)
  assert.match(notices[1] ?? '', /says that weights are BF16, the files hold F32/)
})

test('bytes after a file’s last tensor, and a name of a megabyte, give one short line', async () => {
  const folder = await copyOf(goldenFolder('llama'))
  await appendFile(join(folder, 'model.safetensors'), 'x')
  await assertRefused(folder, 'checkpoint.corrupt', /its header describes/)
  const named = await copyOf(goldenFolder('qwen2-bf16-sharded'))
  await writeFile(
    join(named, 'model.safetensors.index.json'),
    JSON.stringify({ weight_map: { ['x'.repeat(1e6)]: 'y'.repeat(1e6) } }),
  )
  await assertRefused(named, 'checkpoint.no-weights', /names "y+"… \(1000000 characters\)/)
})
