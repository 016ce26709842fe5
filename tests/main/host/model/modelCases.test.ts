import assert from 'node:assert/strict'
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openCheckpoint, readParameters } from '../../../../src/main/host/model/modelFolder.ts'
import { modelFolderOf } from '../../../../src/main/run/namedModelFolder.ts'
import { loadTokenizer } from '../../../../src/main/host/model/hubTokenizer.ts'
import { RecheckError } from '../../../../src/shared/recheckError.ts'
import { goldenFolder } from '../../../goldenFolders.ts'
import { BUILTIN_FOLDER } from '../../../tokenizerFolders.ts'

const scratch = await mkdtemp(join(tmpdir(), 'recheck-cases-'))
after(() => rm(scratch, { recursive: true }))
const cases = join(import.meta.dirname, '../../../fixtures/model-cases')

const made = { folders: 0 }
async function copyOf(folder: string): Promise<string> {
  const copy = join(scratch, `copy-${made.folders++}`)
  await cp(folder, copy, { recursive: true })
  return copy
}

/** The built-in model with files of a case in place of its own. */
async function withCase(name: string): Promise<string> {
  const folder = await copyOf(BUILTIN_FOLDER)
  await cp(join(cases, name), folder, { recursive: true })
  return folder
}

async function editJson(path: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
  const json = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
  await writeFile(path, JSON.stringify({ ...json, ...fields }))
}

async function assertRefused(folder: string, code: string, message: RegExp): Promise<void> {
  await assert.rejects(openCheckpoint(folder), (thrown) => {
    assert.ok(thrown instanceof RecheckError, String(thrown))
    assert.equal(thrown.code, code)
    assert.match(thrown.message, message)
    assert.ok(thrown.message.length < 700 && !thrown.message.includes('\n'), thrown.message)
    return true
  })
}

async function assertLikeBuiltin(folder: string): Promise<void> {
  const [own, builtin] = await Promise.all([openCheckpoint(folder), openCheckpoint(BUILTIN_FOLDER)])
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

test('M14: one weight file is used before an index that names shards, and that is said', async () => {
  const folder = await copyOf(BUILTIN_FOLDER)
  await writeFile(
    join(folder, 'model.safetensors.index.json'),
    JSON.stringify({ weight_map: { 'model.norm.weight': 'model-00001-of-00002.safetensors' } }),
  )
  await assertLikeBuiltin(folder)
  const { notices } = await openCheckpoint(folder)
  assert.equal(notices.length, 1)
  assert.match(
    notices[0] ?? '',
    /model.safetensors holds the weights; model.safetensors.index.json beside it is not read/,
  )
  assert.deepEqual((await openCheckpoint(BUILTIN_FOLDER)).notices, [])
})

test('M18: an adapter is named as one, with its base model and the way to a model', async () => {
  const folder = await copyOf(join(cases, 'M18'))
  await assertRefused(
    folder,
    'checkpoint.no-config',
    /is a PEFT adapter \("LORA"\), no model: it belongs to the base model "Qwen\/Qwen2.5-0.5B". Merge the two in Python/,
  )
  // named by a config it is refused in the same words
  assert.throws(
    () => modelFolderOf(folder, '/'),
    /model ".*" has no config.json: .* is a PEFT adapter \("LORA"\)/,
  )
  // one that says nothing of itself, and one that PEFT saved beside a config
  await writeFile(join(folder, 'adapter_config.json'), '{"base_model_name_or_path": 5')
  await assertRefused(
    folder,
    'checkpoint.no-config',
    /is a PEFT adapter, no model: it belongs to a base model that/,
  )
  await cp(join(BUILTIN_FOLDER, 'config.json'), join(folder, 'config.json'))
  await writeFile(join(folder, 'adapter_model.safetensors'), '')
  await assertRefused(folder, 'checkpoint.no-weights', /is a PEFT adapter/)
})

test('folders of other kinds are named, with the way to a model', async () => {
  const kinds: readonly (readonly [file: string, message: RegExp])[] = [
    ['model-Q4_K_M.gguf', /holds GGUF weights.*gguf_file=/],
    ['pytorch_model.bin', /holds PyTorch weights, which can run code.*save_pretrained/],
    ['consolidated.00.pth', /Meta’s own format/],
    ['model.onnx', /another format/],
    ['model_index.json', /a diffusers pipeline/],
    ['checkpoint.json', /looks like a checkpoint of a run. `recheck resume`/],
    ['notes.txt', /holds "notes.txt"/],
  ]
  for (const [file, message] of kinds) {
    const folder = join(scratch, `kind-${file}`)
    await mkdir(folder)
    await writeFile(join(folder, file), '')
    await assertRefused(folder, 'checkpoint.no-config', message)
    await cp(join(BUILTIN_FOLDER, 'config.json'), join(folder, 'config.json'))
    await assertRefused(folder, 'checkpoint.no-weights', /Weights must be model.safetensors, or shards/)
  }
  await assertRefused(join(scratch, 'none'), 'checkpoint.no-config', /does not exist/)
  await assertRefused(
    join(BUILTIN_FOLDER, 'model.safetensors'),
    'checkpoint.no-config',
    /is a file; give its folder, .*builtin/,
  )
  const cache = join(scratch, 'models--org--name')
  await cp(BUILTIN_FOLDER, join(cache, 'snapshots', '0a1b'), { recursive: true })
  await assertRefused(cache, 'checkpoint.no-config', /is no model itself; ".*snapshots\/0a1b" is/)
})

test('links as in the hub’s cache are followed', async () => {
  const folder = join(scratch, 'links')
  await mkdir(folder)
  for (const name of ['config.json', 'generation_config.json', 'model.safetensors'])
    await symlink(join(BUILTIN_FOLDER, name), join(folder, name))
  await assertLikeBuiltin(folder)
  await unlink(join(folder, 'config.json'))
  await symlink(join(scratch, 'none.json'), join(folder, 'config.json'))
  await assertRefused(folder, 'file.unreadable', /config.json is a link to a file that is not there/)
})

test('a config.json or an index that is a folder', async () => {
  for (const name of ['config.json', 'generation_config.json', 'model.safetensors.index.json']) {
    const folder = await copyOf(goldenFolder('qwen2-bf16-sharded'))
    await rm(join(folder, name), { force: true })
    await mkdir(join(folder, name))
    await assertRefused(folder, 'file.unreadable', new RegExp(`${name} is a folder; expected a JSON file`))
  }
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
      await assert.rejects(openCheckpoint(folder), message)
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
  const equal = await openCheckpoint(await withHead(() => undefined))
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

test('weights that are NaN or infinite are refused as they are loaded, with tensor and count', async () => {
  for (const [name, broken, message] of [
    ['llama', [NaN], /2 of 48 values of tensor "model.norm.weight" are NaN or infinite/],
    ['llama', [Infinity, -Infinity], /2 of 48 values/],
  ] as const) {
    const folder = await copyOf(goldenFolder(name))
    const path = join(folder, 'model.safetensors')
    const bytes = await readFile(path)
    const entry = (await openCheckpoint(folder)).entries.get('model.norm.weight')
    assert.ok(entry)
    bytes.writeFloatLE(broken[0], entry.start)
    bytes.writeFloatLE(broken.at(-1) ?? NaN, entry.end - 4)
    await writeFile(path, bytes)
    await assert.rejects(readParameters(await openCheckpoint(folder)), (thrown) => {
      assert.ok(thrown instanceof RecheckError && thrown.code === 'checkpoint.not-finite')
      assert.match(thrown.message, message)
      return true
    })
  }
})

test('what a config says and nobody reads is said: unknown fields, another format of the weights', async () => {
  const folder = await copyOf(goldenFolder('llama'))
  const unknown = Object.fromEntries(['logit_cap', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => [name, 1]))
  await editJson(join(folder, 'config.json'), { ...unknown, dtype: 'bfloat16' })
  const { notices } = await openCheckpoint(folder)
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
