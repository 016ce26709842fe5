import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { JsonObject } from '../../../../src/core/model/config/configFields.ts'
import {
  openModelFolder,
  readParameters,
  writeModelFolder,
} from '../../../../src/main/host/model/modelFolder.ts'
import { makeRandomModel } from '../../../../src/main/host/model/randomModel.ts'
import { readSafetensorsHeader } from '../../../../src/main/host/model/safetensorsFiles.ts'
import { RecheckError } from '../../../../src/shared/errors/recheckError.ts'
import { goldenFolder } from '../../../goldenFolders.ts'

const scratch = await mkdtemp(join(tmpdir(), 'recheck-checkpoints-'))
after(() => rm(scratch, { recursive: true }))

const copies = { made: 0 }
async function copyOf(name: string): Promise<string> {
  const folder = join(scratch, `copy-${copies.made++}`)
  await cp(goldenFolder(name), folder, { recursive: true })
  return folder
}

async function editJson(path: string, edit: (json: Record<string, unknown>) => void): Promise<void> {
  const json = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
  edit(json)
  await writeFile(path, JSON.stringify(json))
}

/** Rewrites a safetensors header in place of the old one; the data stay. */
async function editHeader(path: string, edit: (header: Record<string, Record<string, unknown>>) => void) {
  const bytes = await readFile(path)
  const end = 8 + Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.subarray(8, end).toString()) as Record<string, Record<string, unknown>>
  edit(header)
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  await writeFile(path, Buffer.concat([length, text, bytes.subarray(end)]))
}

async function assertRefused(folder: string, code: string, message: RegExp): Promise<void> {
  await assert.rejects(openModelFolder(folder), (thrown) => {
    assert.ok(thrown instanceof RecheckError, String(thrown))
    assert.equal(thrown.code, code)
    assert.match(thrown.message, message)
    return true
  })
}

test('no config.json; no weights; only a .bin file', async () => {
  await assertRefused(scratch, 'checkpoint.no-config', /has no config.json: it is empty/)
  const folder = await copyOf('gpt2')
  await unlink(join(folder, 'model.safetensors'))
  await writeFile(join(folder, 'pytorch_model.bin'), '')
  await assertRefused(
    folder,
    'checkpoint.no-weights',
    /holds PyTorch weights.*Convert them.*Weights must be model.safetensors/,
  )
})

test('bad JSON in config, generation config and index: the file and the place are named', async () => {
  for (const file of ['config.json', 'generation_config.json', 'model.safetensors.index.json']) {
    const folder = await copyOf('qwen2-bf16-sharded')
    await writeFile(join(folder, file), '{"a": 1,}')
    await assertRefused(folder, 'file.bad-json', new RegExp(`${file} is not valid JSON: .*position 8`))
  }
})

test('a truncated weight file is refused by its header alone', async () => {
  const folder = await copyOf('qwen2')
  const path = join(folder, 'model.safetensors')
  await truncate(path, 500_000)
  await assertRefused(folder, 'checkpoint.corrupt', /is truncated: .* the file has 500000/)
  await truncate(path, 100)
  await assertRefused(folder, 'checkpoint.corrupt', /is truncated: the header needs/)
  await truncate(path, 4)
  await assertRefused(folder, 'checkpoint.corrupt', /has 4 bytes, too few/)
})

test('a missing, misshapen, unexpected or quantised tensor is named', async () => {
  const missing = await copyOf('llama')
  await editHeader(join(missing, 'model.safetensors'), (header) => {
    header['model.layers.1.mlp.other.weight'] = header['model.layers.1.mlp.up_proj.weight'] ?? {}
    delete header['model.layers.1.mlp.up_proj.weight']
  })
  await assertRefused(
    missing,
    'checkpoint.missing-tensor',
    /"model.layers.1.mlp.up_proj.weight" \[128, 48\] is missing/,
  )

  const misshapen = await copyOf('llama')
  await editHeader(join(misshapen, 'model.safetensors'), (header) => {
    Object.assign(header['lm_head.weight'] ?? {}, { shape: [48, 181] })
  })
  await assertRefused(
    misshapen,
    'checkpoint.shape',
    /"lm_head.weight" has shape \[48, 181\], the config needs \[181, 48\]/,
  )

  const unexpected = await copyOf('qwen2')
  await editJson(join(unexpected, 'config.json'), (json) => {
    Object.assign(json, { architectures: ['LlamaForCausalLM'], model_type: 'llama' })
  })
  await assertRefused(unexpected, 'checkpoint.unexpected-tensor', /_proj.bias" has no place in a llama model/)

  const quantised = await copyOf('llama')
  await editHeader(join(quantised, 'model.safetensors'), (header) => {
    Object.assign(header['model.norm.weight'] ?? {}, { dtype: 'I32' })
  })
  await assertRefused(
    quantised,
    'checkpoint.format',
    /"model.norm.weight" is stored as I32; expected F32, F16 or BF16/,
  )
  await editJson(join(quantised, 'config.json'), (json) => (json['quantization_config'] = { bits: 4 }))
  await assertRefused(quantised, 'config.unsupported', /"quantization_config" is .*quantised weights/)
})

test('an index may only name files of its own folder, and they must hold what it says', async () => {
  const name = 'model.norm.weight'
  const withFile = async (file: unknown) => {
    const folder = await copyOf('qwen2-bf16-sharded')
    await editJson(join(folder, 'model.safetensors.index.json'), (json) => {
      json['weight_map'] = { ...(json['weight_map'] as JsonObject), [name]: file }
    })
    return folder
  }
  for (const outside of ['../model.safetensors', '/etc/passwd', 'a/b.safetensors', '..', 'a\\b', '', 7]) {
    const message = /"model.norm.weight" is in .*; expected the name of a file in the same folder/
    await assertRefused(await withFile(outside), 'checkpoint.outside-folder', message)
  }
  await assertRefused(
    await withFile('model-00001-of-00005.safetensors'),
    'checkpoint.missing-tensor',
    /says that tensor/,
  )
  await assertRefused(
    await withFile('model-00009-of-00005.safetensors'),
    'checkpoint.no-weights',
    /names "model-00009-of-00005.safetensors", which is not there/,
  )
})

test('what is refused costs no memory: a header that claims 32 GiB of weights', async () => {
  const folder = await copyOf('llama')
  await editJson(join(folder, 'config.json'), (json) => (json['vocab_size'] = 2 ** 27))
  await editHeader(join(folder, 'model.safetensors'), (header) => {
    const bytes = 2 ** 27 * 48 * 4
    header['lm_head.weight'] = { dtype: 'F32', shape: [2 ** 27, 48], data_offsets: [0, bytes] }
  })
  const before = process.memoryUsage().arrayBuffers
  await assertRefused(folder, 'checkpoint.corrupt', /is truncated: "lm_head.weight"/)
  assert.ok(process.memoryUsage().arrayBuffers - before < 1 << 20)
})

test('a file that ends while it is read gives an error, not numbers', async () => {
  const folder = await copyOf('llama')
  const checkpoint = await openModelFolder(folder)
  await truncate(join(folder, 'model.safetensors'), 300_000)
  await assert.rejects(readParameters(checkpoint), /ends before byte 356352, in the middle of a tensor/)
  await unlink(join(folder, 'model.safetensors'))
  await assert.rejects(readParameters(checkpoint), {
    code: 'file.unreadable',
    message: /model.safetensors cannot be read \(ENOENT/,
  })
})

test('F32 round trip: every tensor byte for byte, the config word for word, saving again gives the same file', async () => {
  for (const name of ['gpt2', 'llama', 'qwen2']) {
    const checkpoint = await openModelFolder(goldenFolder(name))
    const folder = join(scratch, `saved-${name}`)
    await writeModelFolder(folder, { ...checkpoint, parameters: await readParameters(checkpoint) })
    const [from, to] = [join(goldenFolder(name), 'model.safetensors'), join(folder, 'model.safetensors')]
    const [source, saved] = [await readFile(from), await readFile(to)]
    const [sourceHeader, savedHeader] = [await readSafetensorsHeader(from), await readSafetensorsHeader(to)]
    assert.deepEqual([...savedHeader.entries.keys()].sort(), [...sourceHeader.entries.keys()].sort())
    for (const [tensor, { start, end }] of sourceHeader.entries) {
      const entry = savedHeader.entries.get(tensor)
      assert.ok(source.subarray(start, end).equals(saved.subarray(entry?.start, entry?.end)), tensor)
    }
    const readConfig = async (at: string): Promise<unknown> =>
      JSON.parse(await readFile(join(at, 'config.json'), 'utf8'))
    assert.deepEqual(await readConfig(folder), await readConfig(goldenFolder(name)))
    const again = join(scratch, `saved-again-${name}`)
    const reopened = await openModelFolder(folder)
    await writeModelFolder(again, { ...reopened, parameters: await readParameters(reopened) })
    assert.ok(saved.equals(await readFile(join(again, 'model.safetensors'))))
  }
})

test('BF16 shards are saved as F32: the config says so, and the tokenizer comes along', async () => {
  const checkpoint = await openModelFolder(goldenFolder('qwen2-bf16-sharded'))
  const folder = join(scratch, 'saved-bf16')
  const tokenizerFolder = join(import.meta.dirname, '../../../../resources/models/builtin')
  await writeModelFolder(folder, {
    ...checkpoint,
    parameters: await readParameters(checkpoint),
    tokenizerFolder,
  })
  const saved = await openModelFolder(folder)
  assert.equal(saved.configJson['dtype'], 'float32')
  assert.deepEqual(await readParameters(saved), await readParameters(checkpoint))
  for (const file of ['tokenizer.json', 'tokenizer_config.json']) {
    assert.deepEqual(await readFile(join(folder, file)), await readFile(join(tokenizerFolder, file)))
  }
})

test('random models: same seed, same bytes; other seed, other bytes; shards hold the same values', async () => {
  const config = (await openModelFolder(goldenFolder('llama'))).configJson
  const make = async (folder: string, spec: { seed: number; shards: number; format: 'F32' | 'BF16' }) => {
    await makeRandomModel({ config, standardDeviation: 0.02, ...spec }, join(scratch, folder))
    return readParameters(await openModelFolder(join(scratch, folder)))
  }
  const one = await make('random-1', { seed: 1, shards: 1, format: 'F32' })
  assert.deepEqual(await make('random-1-shards', { seed: 1, shards: 3, format: 'F32' }), one)
  assert.notDeepEqual(await make('random-2', { seed: 2, shards: 1, format: 'F32' }), one)
  const values = one.get('lm_head.weight')?.values ?? new Float32Array(0)
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
  // 8,688 draws: the deviation's own standard error is 0.5 %
  assert.ok(Math.abs(deviation - 0.02) < 0.0005, String(deviation))
  assert.deepEqual([...(one.get('model.norm.weight')?.values ?? [])], new Array(48).fill(1))
  const rounded =
    (await make('random-bf16', { seed: 1, shards: 1, format: 'BF16' })).get('lm_head.weight')?.values ?? []
  rounded.forEach((value, index) => {
    assert.ok(Math.abs(value - (values[index] ?? NaN)) <= 2 ** -8 * Math.abs(value))
  })
})

test('a crash while writing leaves the old file whole', async () => {
  const checkpoint = await openModelFolder(goldenFolder('llama'))
  const parameters = new Map(await readParameters(checkpoint))
  const folder = join(scratch, 'crash')
  await writeModelFolder(folder, { ...checkpoint, parameters })
  const before = await readFile(join(folder, 'model.safetensors'))
  // a value array that does not fit its shape stops the writer in the middle of the file
  parameters.set('model.norm.weight', { shape: [48], values: new Float32Array(3) })
  await assert.rejects(
    writeModelFolder(folder, { ...checkpoint, parameters }),
    /"model.norm.weight" \[48\] was given 3 values/,
  )
  assert.ok(before.equals(await readFile(join(folder, 'model.safetensors'))))
})
