import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { tensorflowOps } from '../../../../src/main/host/tensorflow/ops.ts'
import { openModelFolder, readParameters } from '../../../../src/main/host/model/modelFolder.ts'
import { importAdapter } from '../../../../src/main/host/model/peft/importAdapter.ts'
import { viewParameters } from '../../../../src/main/host/model/parameterView.ts'
import { readPeftAdapter, writePeftAdapter } from '../../../../src/main/host/model/peft/peftAdapter.ts'
import { readAllTensors, writeSafetensors } from '../../../../src/main/host/model/safetensorsFiles.ts'
import { mergedParameters } from '../../../../src/core/model/mergeAdapter.ts'
import { tensorsOf } from '../../../../src/core/model/parameterTensors.ts'
import { tokenLogProbs } from '../../../../src/core/model/transformer.ts'
import { largestDifferenceOf } from '../../../littleAdapter.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'

/** Adapters that PEFT wrote, and log-probs that it computed with them: tests/fixtures/adapters/make.py. */
const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures')
const adapters = join(fixtures, 'adapters')
interface Expected {
  readonly ids: number[][]
  readonly logProbs: number[][]
}
const expected = JSON.parse(readFileSync(join(adapters, 'expected.json'), 'utf8')) as Record<string, Expected>
const modelOf = (name: string) => openModelFolder(join(fixtures, 'golden', name.split('-')[0] ?? ''))

for (const [name, { ids, logProbs }] of Object.entries(expected)) {
  test(`${name}: merged into its model, PEFT’s adapter gives PEFT’s log-probs`, async () => {
    const folder = await modelOf(name)
    const { config } = folder
    const adapter = await readPeftAdapter(join(adapters, name), config)
    const scores = (adapted: boolean) =>
      tf.tidy(() => {
        const base = viewParameters(folder)
        const parameters = tensorsOf(adapted ? mergedParameters(config, base, adapter) : base)
        return tokenLogProbs(
          { config, parameters, ops: tensorflowOps() },
          tf.tensor2d(ids, undefined, 'int32'),
        )
          .dataSync<'float32'>()
          .slice()
      })
    assert.ok(largestDifferenceOf(scores(true), logProbs.flat()) < 2e-5)
    assert.ok(largestDifferenceOf(scores(false), logProbs.flat()) > 0.01, 'the adapter changes nothing')
  })

  test(`${name}: what is written has PEFT’s tensors, names and settings, and is read again as it was`, async (t) => {
    const { config } = await modelOf(name)
    const adapter = await readPeftAdapter(join(adapters, name), config)
    const folder = join(temporaryFolder(t), 'adapter')
    await writePeftAdapter(folder, { config, adapter, baseModel: 'base' })
    const file = 'adapter_model.safetensors'
    const [own, theirs] = await Promise.all(
      [folder, join(adapters, name)].map((at) => readAllTensors(join(at, file))),
    )
    assert.deepEqual(new Map([...(own ?? [])].sort()), new Map([...(theirs ?? [])].sort()))
    assert.deepEqual(await readPeftAdapter(folder, config), adapter)
    const written = JSON.parse(readFileSync(join(folder, 'adapter_config.json'), 'utf8')) as object
    const theirOwn = JSON.parse(readFileSync(join(adapters, name, 'adapter_config.json'), 'utf8')) as object
    for (const key of Object.keys(written)) assert.ok(key in theirOwn, `PEFT knows no ${key}`)
  })
}

test('an adapter imported onto its model is a model of the library with the merged weights', async (t) => {
  const models = temporaryFolder(t)
  const base = await modelOf('qwen2')
  const folder = join(adapters, 'qwen2')
  const given = { folder, base: base.folder, name: 'merged', models, report: () => undefined }
  const { model, parameters } = await importAdapter(given)
  const found = await readParameters(await openModelFolder(model.folder))
  const adapter = await readPeftAdapter(folder, base.config)
  const expectedWeights = mergedParameters(base.config, viewParameters(base), adapter)
  for (const [name, { values }] of found) assert.deepEqual(values, expectedWeights.get(name)?.values, name)
  assert.equal(
    parameters,
    [...found.values()].reduce((sum, { values }) => sum + values.length, 0),
  )
  assert.equal(model.source?.source, 'qwen2 on qwen2')
  await assert.rejects(importAdapter(given), { code: 'model.exists' })
})

test('what is no plain LoRA, or another model’s, is refused by name', async (t) => {
  const { config } = await modelOf('qwen2')
  const changed = (settings: object) => {
    const folder = temporaryFolder(t)
    cpSync(join(adapters, 'qwen2'), folder, { recursive: true })
    const path = join(folder, 'adapter_config.json')
    const json = JSON.parse(readFileSync(path, 'utf8')) as object
    writeFileSync(path, JSON.stringify({ ...json, ...settings }))
    return folder
  }
  for (const [settings, said] of [
    [{ use_dora: true }, /use_dora is set\. Recheck reads plain LoRA; merge the adapter with PEFT/],
    [{ peft_type: 'IA3' }, /peft_type is "IA3", not "LORA"/],
    [{ rank_pattern: { q_proj: 8 } }, /rank_pattern is set/],
    [{ bias: 'all' }, /bias is not "none"/],
  ] as const)
    await assert.rejects(readPeftAdapter(changed(settings), config), {
      code: 'adapter.unsupported',
      message: said,
    })
  await assert.rejects(readPeftAdapter(changed({ r: 4 }), config), {
    code: 'adapter.other-model',
    message:
      /lora_A\.weight" has shape \[3, \d+\], and this model needs \[4, \d+\]\. Was the adapter made for another model\?/,
  })
  await assert.rejects(readPeftAdapter(join(adapters, 'gpt2'), config), {
    code: 'adapter.other-model',
    message: /it changes "c_attn", .* and this model has no such modules/,
  })
  await assert.rejects(readPeftAdapter(join(fixtures, 'golden', 'qwen2'), config), {
    code: 'adapter.missing',
    message: /qwen2 has no adapter_config\.json: expected the folder of an adapter/,
  })
  const odd = changed({})
  const values = new Float32Array(4)
  await writeSafetensors(
    join(odd, 'adapter_model.safetensors'),
    new Map([['lm_head.weight', [4]]]),
    () => values,
  )
  await assert.rejects(readPeftAdapter(odd, config), {
    code: 'adapter.unsupported',
    message: /tensor "lm_head\.weight" is no factor of a LoRA adapter/,
  })
})
