import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import type { ModelConfig } from '../../../src/core/model/modelConfig.ts'
import { readModelConfig } from '../../../src/core/model/readModelConfig.ts'
import { memoryItems, peakOf, type MemoryFacts } from '../../../src/main/trainer/memoryItems.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import type { ConfigLayer } from '../../../src/shared/config/layers.ts'
import type { RunConfig } from '../../../src/shared/config/parseConfig.ts'

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

const facts: MemoryFacts = {
  work: 'train',
  positions: 251,
  kvMemoryBytes: 3e9,
  sampler: 'onnx',
  hasCard: false,
}
const little: ConfigLayer = { data: { train: 16, validation: 4, test: 4 }, vStar: { samples: 2 } }

/** Elements of the tensors in resources/models/builtin/model.safetensors, counted from its header. */
const parameters = 799_232
const weights = 4 * parameters

function parts(config: RunConfig, model: ModelConfig, given: MemoryFacts): Record<string, number> {
  return Object.fromEntries(
    memoryItems(config, model, given).map(({ what, during, hostBytes, deviceBytes }) => [
      `${what}, ${during}`,
      hostBytes + deviceBytes,
    ]),
  )
}

test('every part by hand: a run of both stages with the ONNX sampler', () => {
  const config = presetConfig('builtin', little, { microBatch: 4, problemsPerStep: 8 })
  // two of 4 bytes a position, key-value head (2), their width (32) and layer (4)
  const cacheOfRow = 4 * 251 * 2 * 4 * 2 * 32
  assert.deepEqual(parts(config, builtin, facts), {
    'Node, TensorFlow, ONNX Runtime, always': 755e6 + 150e6,
    'weights as read from the files, always': weights,
    'weights, always': weights,
    'moments (AdamW), always': 2 * weights,
    'gradients, always': weights,
    'reference policy, always': weights,
    'activations of 4 rows, update': 4 * 4 * 251 * (4 * (12 * 128 + 4 * 384 + 2 * 4 * 251)),
    'logits of 4 rows, update': 4 * 3 * 4 * 251 * 83,
    'weights and moments read out, checkpoint': 4 * weights,
    // fed to the prefill, and packed in the step's session
    'weights of the sampler (ONNX Runtime), always': 2 * weights,
    'key-value caches of 32 rollouts, always': 32 * cacheOfRow,
    'weights on their way to the sampler, sampling': 2 * weights,
  })
})

test('a sampler in the graph has no weights of its own, and caches twice', () => {
  const config = presetConfig('builtin', little, { microBatch: 4, problemsPerStep: 8 })
  const graph = parts(config, builtin, { ...facts, sampler: 'graph' })
  assert.equal(graph['weights of the sampler (ONNX Runtime), always'], undefined)
  assert.equal(graph['key-value caches of 32 rollouts, always'], 2 * 32 * 4 * 251 * 2 * 4 * 2 * 32)
})

test('a run without a reference keeps none; one that only samples keeps weights and caches', () => {
  const alone = presetConfig('builtin', little, {
    method: 'dapo',
    turns: 'single',
    policyBeta: 0,
    groupSize: 4,
  })
  assert.equal(parts(alone, builtin, facts)['reference policy, always'], undefined)
  const sampled = Object.keys(parts(presetConfig('builtin', little), builtin, { ...facts, work: 'sample' }))
  assert.deepEqual(sampled, [
    'Node, TensorFlow, ONNX Runtime, always',
    'weights as read from the files, always',
    'weights of the sampler (ONNX Runtime), always',
    'key-value caches of 32 rollouts, always',
  ])
})

test('with a card what TensorFlow holds is there, and what the host reads stays here', () => {
  const items = memoryItems(presetConfig('builtin', little), builtin, {
    ...facts,
    sampler: 'graph',
    hasCard: true,
  })
  const onCard = items.filter(({ deviceBytes }) => deviceBytes > 0)
  assert.deepEqual(
    items.filter(({ hostBytes }) => hostBytes > 0).map(({ what }) => what),
    ['Node, TensorFlow, ONNX Runtime', 'weights as read from the files', 'weights and moments read out'],
  )
  assert.equal(onCard.length + 3, items.length)
})

test('the cap on caches bounds the rollouts that are sampled together', () => {
  const config = presetConfig('builtin', little)
  const cacheOfRow = 4 * 251 * 2 * 4 * 2 * 32
  const capped = parts(config, builtin, { ...facts, kvMemoryBytes: 5.5 * cacheOfRow })
  assert.equal(capped['key-value caches of 5 rollouts, always'], 5 * cacheOfRow)
})

test('the peak is what is always held with the greatest of what is held in turn', () => {
  const item = (during: 'always' | 'sampling' | 'update' | 'checkpoint', hostBytes: number) => ({
    what: during,
    during,
    hostBytes,
    deviceBytes: 0,
  })
  const items = [item('always', 10), item('update', 3), item('update', 4), item('sampling', 6)]
  assert.deepEqual(peakOf(items.slice(0, 3), 'hostBytes'), { peak: 'update', bytes: 17 })
  assert.deepEqual(peakOf(items, 'hostBytes'), { peak: 'sampling', bytes: 23 }, 'what an update took stays')
  const withCheckpoint = [...items, item('checkpoint', 8)]
  assert.deepEqual(peakOf(withCheckpoint, 'hostBytes'), { peak: 'checkpoint', bytes: 25 })
  const onCard = withCheckpoint.map((each) => ({ ...each, hostBytes: 0, deviceBytes: each.hostBytes }))
  assert.deepEqual(peakOf(onCard, 'deviceBytes'), { peak: 'checkpoint', bytes: 18 })
  assert.deepEqual(peakOf([...onCard, { ...item('update', 0), deviceBytes: 2 }], 'deviceBytes'), {
    peak: 'update',
    bytes: 19,
  })
})
// Peak resident memory (VmHWM) in MB of the trainer alone, of three steps on 2 cores of an AMD EPYC. Random models never end an answer
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
    const items = memoryItems(config, model, facts)
    const ratio = (peakOf(items, 'hostBytes').bytes - 150e6) / (peak * 1e6)
    t.diagnostic(`${model.width} × ${model.layers}, ${microBatch} rows: ${ratio.toFixed(3)} of ${peak} MB`)
    assert.ok(ratio > 0.97 && ratio < (model === builtin ? 1.5 : 1.1), `${ratio} of ${peak} MB`)
  }
})
