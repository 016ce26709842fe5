import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fieldRules } from '../../../../src/core/model/config/fieldRules.ts'
import type { ModelConfig, ModelFamily } from '../../../../src/core/model/config/modelConfig.ts'
import { forkRandom, type Random } from '../../../../src/core/random.ts'
import { openModelFolder, readParameters } from '../../../../src/main/host/model/modelFolder.ts'
import { RecheckError } from '../../../../src/shared/errors/recheckError.ts'
import {
  damaged,
  hostileValues,
  MutableFolder,
  oneOf,
  pythonJson,
  withChangedField,
  type Bytes,
} from './mutations.ts'

const scratch = await mkdtemp(join(tmpdir(), 'recheck-fuzz-'))
after(() => rm(scratch, { recursive: true }))
const unhandled: unknown[] = []
process.on('unhandledRejection', (thrown) => unhandled.push(thrown))

/**
 * Opens and loads; anything but success and a short RecheckError fails the test. @returns null where it is
 * refused
 */
async function opened(
  folder: string,
  what: string,
): Promise<Awaited<ReturnType<typeof load>> | RecheckError> {
  const started = performance.now()
  try {
    return await load(folder)
  } catch (thrown) {
    assert.ok(thrown instanceof RecheckError, `${what}: ${String(thrown)}`)
    assert.ok(thrown.message.length < 1000, `${what}: a message of ${thrown.message.length} characters`)
    assert.ok(!thrown.message.includes('\n'), `${what}: ${thrown.message}`)
    return thrown
  } finally {
    assert.ok(performance.now() - started < 5000, `${what}: took ${performance.now() - started} ms`)
  }
}

async function load(folder: string) {
  const checkpoint = await openModelFolder(folder)
  return { config: checkpoint.config, parameters: await readParameters(checkpoint) }
}

/** What of a ModelConfig an accepted field may change; a field that is not here may change nothing. */
const decidedBy: ReadonlyMap<string, readonly (keyof ModelConfig)[]> = new Map([
  ['rms_norm_eps', ['norm']],
  ['layer_norm_epsilon', ['norm']],
  ['rope_theta', ['rotary']],
  ['rope_parameters', ['rotary']],
  ['rope_scaling', ['rotary']],
  ['original_max_position_embeddings', ['rotary']],
  ['max_position_embeddings', ['maxPositions', 'rotary']],
  ['hidden_act', ['activation']],
  ['activation_function', ['activation']],
  ['tie_word_embeddings', ['tiedHead']],
  ['bos_token_id', ['bosId']],
  ['eos_token_id', ['endIds']],
  ['pad_token_id', ['padId']],
  // the product with head_dim is what the weights fix
  ['num_attention_heads', ['queryHeads', 'headWidth', 'keyValueHeads']],
  ['n_head', ['queryHeads', 'headWidth', 'keyValueHeads']],
  ['num_key_value_heads', ['keyValueHeads']],
  ['head_dim', ['headWidth']],
])

/** Every field that is read with every hostile value, and 200 changes of any field or of a field in one. */
function* changedConfigs(
  json: Record<string, unknown>,
  family: ModelFamily,
): Generator<Record<string, unknown>> {
  const rules = fieldRules.filter((rule) => rule.families.includes(family))
  const read = rules.filter((rule) => rule.treatment === 'read').flatMap((rule) => rule.fields)
  for (const field of read) for (const value of hostileValues) yield { ...json, [field]: value }
  const all = [...rules.flatMap((rule) => rule.fields), 'unknown_field', '__proto__', 'toString']
  for (let seed = 0; seed < 200; seed++) yield withChangedField(forkRandom(seed, 'config', family), json, all)
}

for (const name of ['gpt2', 'llama', 'qwen2']) {
  test(`${name}: a config with a changed field is refused in one line or read as the field says`, async () => {
    const folder = await MutableFolder.of(name, scratch)
    const base = await load(folder.path)
    const json = JSON.parse((await folder.original('config.json')).toString()) as Record<string, unknown>
    const counts = { accepted: 0, refused: 0 }
    for (const changed of changedConfigs(json, base.config.family)) {
      await folder.replace('config.json', Buffer.from(pythonJson(changed)))
      const fields = Object.keys({ ...json, ...changed }).filter((key) => changed[key] !== json[key])
      const found = await opened(folder.path, `${name}, ${fields.join()}`)
      if (found instanceof RecheckError) {
        counts.refused++
        continue
      }
      counts.accepted++
      assert.deepEqual(found.parameters, base.parameters)
      const free = new Set(fields.flatMap((field) => decidedBy.get(field) ?? []))
      for (const key of Object.keys(base.config) as (keyof ModelConfig)[]) {
        if (!free.has(key))
          assert.deepEqual(found.config[key], base.config[key], `${fields.join()} changed ${key}`)
      }
    }
    assert.ok(counts.accepted > 100 && counts.refused > 500, JSON.stringify(counts))
  })
}

test('500 damaged or changed JSON files are refused in one line or lead to the same weights', async () => {
  const folder = await MutableFolder.of('qwen2-bf16-sharded', scratch)
  const base = await load(folder.path)
  const generation = Buffer.from('{"eos_token_id": [2], "bos_token_id": 1, "temperature": 1.0}')
  await writeFile(join(folder.path, 'generation_config.json'), generation)
  const counts = { accepted: 0, refused: 0 }
  for (let seed = 0; seed < 500; seed++) {
    const random = forkRandom(seed, 'damage')
    const file = oneOf(random, ['config.json', 'generation_config.json', 'model.safetensors.index.json'])
    const original = file === 'generation_config.json' ? generation : await folder.original(file)
    await folder.replace(
      file,
      random.nextInt(2) === 0 ? damaged(random, original) : changedJson(random, original),
    )
    const found = await opened(folder.path, `${file} ${seed}`)
    await folder.replace(file, original)
    if (found instanceof RecheckError) counts.refused++
    else {
      counts.accepted++
      assert.deepEqual(found.parameters, base.parameters, `${file} ${seed}`)
    }
  }
  assert.ok(counts.accepted > 50 && counts.refused > 200, JSON.stringify(counts))
})

function changedJson(random: Random, bytes: Bytes): Bytes {
  const json = JSON.parse(bytes.toString()) as Record<string, unknown>
  return Buffer.from(pythonJson(withChangedField(random, json, Object.keys(json))))
}

test('600 damaged safetensors files are refused in one line or hold what their header says', async () => {
  const folder = await MutableFolder.of('llama', scratch)
  const original = await folder.original('model.safetensors')
  const counts = { accepted: 0, refused: 0 }
  for (let seed = 0; seed < 600; seed++) {
    const random = forkRandom(seed, 'header')
    const bytes = damagedWeights(random, original)
    await folder.replace('model.safetensors', bytes)
    const found = await opened(folder.path, `weights ${seed}`)
    if (found instanceof RecheckError) {
      counts.refused++
      continue
    }
    counts.accepted++
    for (const [name, { shape, values: read }] of found.parameters) {
      const stored = storedFloats(bytes, name)
      assert.deepEqual(shape, stored.shape, `seed ${seed}: ${name}`)
      assert.deepEqual(read, stored.floats, `seed ${seed}: ${name}`)
    }
  }
  assert.ok(counts.accepted > 20 && counts.refused > 200, JSON.stringify(counts))
})

/** The header changed in one field or byte, its length, or a byte of the data. */
function damagedWeights(random: Random, bytes: Bytes): Bytes {
  const dataStart = 8 + Number(bytes.readBigUInt64LE(0))
  const header = bytes.subarray(8, dataStart)
  switch (random.nextInt(5)) {
    case 0:
      return framed(damaged(random, header), bytes.subarray(dataStart))
    case 1: {
      const json = JSON.parse(header.toString()) as Record<string, Record<string, unknown>>
      const name = oneOf(random, Object.keys(json))
      const entry = withChangedField(random, json[name] ?? {}, ['dtype', 'shape', 'data_offsets'])
      return framed(Buffer.from(pythonJson({ ...json, [name]: entry })), bytes.subarray(dataStart))
    }
    case 2: {
      const copy = Buffer.from(bytes)
      copy[random.nextInt(8)] = random.nextInt(256)
      return copy
    }
    case 3:
      return damaged(random, bytes)
    default: {
      const copy = Buffer.from(bytes)
      copy[dataStart + random.nextInt(bytes.length - dataStart)] = random.nextInt(256)
      return copy
    }
  }
}

function framed(header: Bytes, data: Bytes): Bytes {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header, data])
}

/** Read without any of the program's code. */
function storedFloats(bytes: Bytes, name: string): { shape: number[]; floats: Float32Array } {
  const dataStart = 8 + Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.subarray(8, dataStart).toString()) as Record<
    string,
    { shape: number[]; data_offsets: [number, number]; dtype: string }
  >
  const entry = header[name] ?? header[name.replace(/^model\./, '')]
  assert.ok(entry !== undefined && entry.dtype === 'F32', name)
  const [start, end] = entry.data_offsets
  const floats = Float32Array.from({ length: (end - start) / 4 }, (_, at) =>
    bytes.readFloatLE(dataStart + start + 4 * at),
  )
  return { shape: entry.shape, floats }
}

test('no promise was rejected beside the errors that came', async () => {
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(unhandled, [])
})
