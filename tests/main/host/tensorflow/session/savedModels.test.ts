import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { countParameters, parameterShapes } from '../../../../../src/core/model/parameterTable.ts'
import { openModelFolder } from '../../../../../src/main/host/model/modelFolder.ts'
import { savedModels, saveModels } from '../../../../oracles/save_models.ts'

interface Opened {
  readonly weights_sha256: string
  readonly config_sha256: string
  readonly missing: readonly string[]
  readonly unexpected: readonly string[]
  readonly mismatched: readonly string[]
  readonly parameters: number
  readonly same_bits: boolean
  readonly logits_difference: number
}

test('the folders saved today are, byte for byte, those that transformers opened as the same models', async () => {
  const stored = JSON.parse(
    await readFile(join(import.meta.dirname, '../../../../fixtures/saved_models.json'), 'utf8'),
  ) as {
    transformers: string
    models: Record<string, Opened>
  }
  assert.equal(stored.transformers, '5.24.0')
  const folder = await mkdtemp(join(tmpdir(), 'recheck-saved-'))
  await saveModels(folder)
  assert.deepEqual(Object.keys(stored.models), Object.keys(savedModels))
  for (const [name, opened] of Object.entries(stored.models)) {
    const sha256 = async (file: string) =>
      createHash('sha256')
        .update(await readFile(join(folder, name, file)))
        .digest('hex')
    assert.equal(await sha256('model.safetensors'), opened.weights_sha256, name)
    assert.equal(await sha256('config.json'), opened.config_sha256, name)
    assert.deepEqual([opened.missing, opened.unexpected, opened.mismatched], [[], [], []])
    assert.equal(opened.same_bits, true)
    assert.equal(opened.logits_difference, 0)
    const { config } = await openModelFolder(join(folder, name))
    assert.equal(opened.parameters, parameterShapes(config).size)
    assert.ok(countParameters(config) > 1000)
  }
  await rm(folder, { recursive: true })
})
