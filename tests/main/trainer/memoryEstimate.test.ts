import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import type { ModelConfig } from '../../../src/core/model/modelConfig.ts'
import { readModelConfig } from '../../../src/core/model/readModelConfig.ts'
import { estimateMemory } from '../../../src/main/trainer/memoryEstimate.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import type { ConfigLayer } from '../../../src/shared/config/layers.ts'

const builtinConfig = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../../resources/models/builtin/config.json'), 'utf8'),
)
const builtin = readModelConfig(builtinConfig)

/** Of the built-in model's kind, with heads of 64. */
function wider(width: number, layers: number, feedForward: number): ModelConfig {
  return readModelConfig({
    ...builtinConfig,
    hidden_size: width,
    num_hidden_layers: layers,
    layer_types: undefined,
    intermediate_size: feedForward,
    head_dim: 64,
    num_attention_heads: width / 64,
    num_key_value_heads: width / 64,
  })
}

const setup = { positions: 251, kvMemoryBytes: 3e9 }
const little: ConfigLayer = { data: { train: 16, validation: 4, test: 4 }, vStar: { samples: 2 } }

test('the estimate by hand: engines, eleven copies of the weights, activations of a pass, caches', () => {
  const config = presetConfig('builtin', little, { microBatch: 4, problemsPerStep: 8 })
  const activations = 4 * 251 * (4 * (12 * 128 + 4 * 384 + 2 * 4 * 251) + 3 * 83)
  const cachePerRow = 4 * 251 * 2 * 4 * 2 * 32
  const expected = 755e6 + 4 * 11 * 799_232 + 4 * activations + 32 * cachePerRow
  assert.equal(estimateMemory(config, builtin, setup), expected)
  const capped = { ...setup, kvMemoryBytes: 1000 }
  assert.equal(estimateMemory(config, builtin, capped), expected - 32 * cachePerRow + 1000)
  const alone = presetConfig('builtin', little, {
    method: 'dapo',
    turns: 'single',
    policyBeta: 0,
    microBatch: 4,
    problemsPerStep: 8,
    groupSize: 4,
  })
  assert.equal(estimateMemory(alone, builtin, setup), expected - 4 * 799_232, 'no reference')
})

// Peak resident memory (VmHWM) in MB of the trainer of three steps on 2 cores of an AMD EPYC. Random models never end an answer
// by themselves, so their rollouts are as long as can be; those of the built-in model are about half as long.
const measured = [
  { model: builtin, microBatch: 4, problemsPerStep: 16, train: 64, peak: 885 },
  { model: builtin, microBatch: 16, problemsPerStep: 16, train: 64, peak: 1022 },
  { model: builtin, microBatch: 64, problemsPerStep: 64, train: 64, peak: 1503 },
  { model: wider(512, 8, 1408), microBatch: 4, problemsPerStep: 8, train: 16, peak: 2660 },
  { model: wider(512, 8, 1408), microBatch: 8, problemsPerStep: 8, train: 16, peak: 2978 },
  { model: wider(768, 12, 2048), microBatch: 2, problemsPerStep: 4, train: 16, peak: 5703 },
]

test('beside measured runs it is a few percent below at most, and above where rollouts end early', (t) => {
  for (const { model, microBatch, problemsPerStep, train, peak } of measured) {
    const config = presetConfig('builtin', little, { data: { train }, microBatch, problemsPerStep })
    const ratio = estimateMemory(config, model, setup) / (peak * 1e6)
    t.diagnostic(`${model.width} × ${model.layers}, ${microBatch} rows: ${ratio.toFixed(3)} of ${peak} MB`)
    assert.ok(ratio > 0.97 && ratio < (model === builtin ? 1.5 : 1.1), `${ratio} of ${peak} MB`)
  }
})
