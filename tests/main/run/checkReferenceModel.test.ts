import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { JsonObject } from '../../../src/core/model/config/configFields.ts'
import { makeRandomModel } from '../../../src/main/host/model/randomModel.ts'
import { builtinModelFolder } from '../../../src/main/run/namedModelFolder.ts'
import { loadRunMaterial } from '../../../src/main/run/runMaterial.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'

const readJson = (path: string): JsonObject => JSON.parse(readFileSync(path, 'utf8')) as JsonObject

/**
 * A reference of random weights like the built-in model, but for these fields of its config and this change
 * of its tokenizer.
 */
async function referenceWith(
  t: Pick<TestContext, 'after'>,
  fields: JsonObject,
  changeTokenizer: (text: string) => string = (text) => text,
): Promise<string> {
  const folder = join(temporaryFolder(t), 'reference')
  const config = { ...readJson(join(builtinModelFolder, 'config.json')), ...fields }
  await makeRandomModel({ config, seed: 1, standardDeviation: 0.02, format: 'F32', shards: 1 }, folder)
  cpSync(join(builtinModelFolder, 'tokenizer_config.json'), join(folder, 'tokenizer_config.json'))
  const tokenizer = readFileSync(join(builtinModelFolder, 'tokenizer.json'), 'utf8')
  writeFileSync(join(folder, 'tokenizer.json'), changeTokenizer(tokenizer))
  return folder
}

function load(reference: string, use: 'training' | 'held-out' = 'training') {
  const data = { train: 4, validation: 2, test: 2 }
  return loadRunMaterial(parseConfig({ model: { reference }, data }, 'test'), '/', { use })
}

test('a reference of the policy’s kind is taken, with other weights and room for more tokens', async (t) => {
  const { policy, reference } = await load(
    await referenceWith(t, { max_position_embeddings: 512, eos_token_id: 3 }),
  )
  assert.notEqual(reference.folder, policy.folder)
  assert.equal(reference.config.maxPositions, 512)
})

test('a reference of another architecture is refused before anything is sampled, part by part', async (t) => {
  const code = 'model.reference'
  await assert.rejects(load(await referenceWith(t, { hidden_size: 64, intermediate_size: 256 })), {
    code,
    message:
      /width is 64, the policy’s 128; .*feedForwardWidth is 256, the policy’s 384.*null takes the initial policy/,
  })
  // the same shapes: only the numbers would have been wrong
  const rotary = { rope_parameters: { rope_theta: 20000, rope_type: 'default' } }
  await assert.rejects(load(await referenceWith(t, rotary)), {
    code,
    message: /rotary is \{.*20000.*\}, the policy’s \{.*10000/,
  })
})

test('a reference whose ids stand for other texts is refused; what is only evaluated needs none', async (t) => {
  const folder = await referenceWith(t, {}, (text) =>
    text
      .replace(/"\+": (\d+)/, '"PLUS": $1')
      .replace(/"-": (\d+)/, '"+": $1')
      .replace('"PLUS"', '"-"'),
  )
  await assert.rejects(load(folder), {
    code: 'model.reference',
    message: /token \d+ is "[-+]", the policy’s "[-+]"/,
  })
  assert.equal((await load(folder, 'held-out')).reference.folder, folder)
})
