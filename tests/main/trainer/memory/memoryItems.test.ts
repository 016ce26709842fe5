import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import type { ModelConfig } from '../../../../src/core/model/config/modelConfig.ts'
import { readModelConfig } from '../../../../src/core/model/config/readModelConfig.ts'
import { memoryItems, peakOf, type MemoryFacts } from '../../../../src/main/trainer/memory/memoryItems.ts'
import { presetConfig } from '../../../../src/shared/config/presets.ts'
import type { MemoryTime } from '../../../../src/shared/memoryPlan.ts'
import type { ConfigLayer } from '../../../../src/shared/config/layers.ts'
import type { RunConfig } from '../../../../src/shared/config/parseConfig.ts'

const builtinConfig = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../../../resources/models/builtin/config.json'), 'utf8'),
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
  const kept = 12 * 128 + 4 * 384 + 2 * 4 * 251
  // queries and outputs, keys and values, three of the feed-forward part, biases of queries, keys and values,
  // two norms
  const layerParameters = 2 * 128 * 128 + 2 * 64 * 128 + 3 * 128 * 384 + 128 + 2 * 64 + 2 * 128
  // two of 4 bytes a position, key-value head (2), their width (32) and layer (4)
  const cacheOfRow = 4 * 251 * 2 * 4 * 2 * 32
  assert.deepEqual(parts(config, builtin, facts), {
    'Node, TensorFlow, ONNX Runtime, always': 436e6 + 150e6,
    // 50 tensors, of which the reference's graph has as many
    'graphs of TensorFlow, always': 10.2e3 * 50 * (37 + 12.5),
    'weights, always': weights,
    'moments (AdamW), always': 2 * weights,
    'gradients, always': weights,
    'reference policy, always': weights,
    // what four layers keep, the input of the first and what comes out of the last; then gradients of a layer
    'activations of 4 rows, update':
      4 * 4 * 251 * (4 * kept + 2 * 128) + 4 * (4 * 251 * kept + layerParameters),
    'tensors, read out, checkpoint': 4 * 128 * 384,
    // fed to the prefill, and packed in the step's session
    'weights of the sampler (ONNX Runtime), always': 2 * weights,
    'key-value caches of 32 rollouts, always': 32 * cacheOfRow,
    // copies, from which each row's next turn begins
    'key-value caches kept for later turns, always': 32 * cacheOfRow,
    // packed queries, keys and values of four layers; the largest tensor as it is read and as it is taken
    'weights on their way to the sampler, sampling': 4 * (4 * 128 * 32 * (4 + 4) + 2 * 128 * 384),
    'the largest tensor, read in, loading': 8 * 128 * 384,
  })
})

test('a sampler in the graph has no weights of its own, and caches twice', () => {
  const config = presetConfig('builtin', little, { microBatch: 4, problemsPerStep: 8 })
  const graph = parts(config, builtin, { ...facts, sampler: 'graph' })
  assert.equal(graph['weights of the sampler (ONNX Runtime), always'], undefined)
  assert.equal(graph['key-value caches of 32 rollouts, always'], 2 * 32 * 4 * 251 * 2 * 4 * 2 * 32)
})

test('an adapter trains its factors alone; the base stands in the bits that were asked for, and is the reference', () => {
  const lora = { rank: 4, alpha: 8, targets: ['q_proj', 'down_proj'] }
  const config = presetConfig('builtin', little, { model: { lora, baseWeights: 'int8' }, microBatch: 1 })
  const found = parts(config, builtin, { ...facts, sampler: 'graph' })
  // A [4, 128] and B [128, 4] of q; A [4, 384] and B [128, 4] of down; four layers
  const factors = 4 * (4 * (128 + 128) + 4 * (384 + 128))
  assert.equal(found['adapter, always'], 4 * factors)
  assert.equal(found['the largest tensor, read in, loading'], 4 * 128 * 384)
  assert.equal(found['moments (AdamW), always'], 8 * factors)
  assert.equal(found['reference policy, always'], undefined)
  // a byte for each element of a matrix, 4 for each of its rows and for each element of a norm or bias
  const rows = 83 + 4 * (128 + 64 + 64 + 128 + 384 + 384 + 128)
  const small = 9 * 128 + 4 * (128 + 64 + 64)
  assert.equal(found['frozen weights (int8), always'], parameters - small + 4 * rows + 4 * small)
  const half = parts(
    presetConfig('builtin', little, { model: { lora, baseWeights: 'bf16' } }),
    builtin,
    facts,
  )
  assert.equal(half['frozen weights (bf16), always'], 2 * (parameters - small) + 4 * small)
})

test('moments in bf16 take half, and a large tensor is read out in part', () => {
  const config = presetConfig('builtin', little, { optimizer: { moments: 'bf16' } })
  // norms and biases stay in 32 bits
  const small = 9 * 128 + 4 * (128 + 64 + 64)
  const halves = 2 * (2 * (parameters - small) + 4 * small)
  assert.equal(parts(config, builtin, facts)['moments (AdamW, bf16), always'], halves)
  const large = parts(config, { ...builtin, vocabularySize: 65536 }, facts)
  assert.equal(large['tensors, read out, checkpoint'], 4 * 2 ** 22)
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
    'weights of the sampler (ONNX Runtime), always',
    'key-value caches of 32 rollouts, always',
    'key-value caches kept for later turns, always',
    'weights on their way to the sampler, sampling',
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
    [
      'Node, TensorFlow, ONNX Runtime',
      'graphs of TensorFlow',
      'tensors, read out',
      'the largest tensor, read in',
    ],
  )
  assert.equal(onCard.length + 4, items.length)
})

test('the cap on caches bounds the rollouts that are sampled together', () => {
  const config = presetConfig('builtin', little)
  const cacheOfRow = 4 * 251 * 2 * 4 * 2 * 32
  const kept = 'key-value caches kept for later turns, always'
  const given = { ...facts, kvMemoryBytes: 11 * cacheOfRow }
  const capped = parts(config, builtin, given)
  assert.equal(capped['key-value caches of 5 rollouts, always'], 5 * cacheOfRow)
  assert.equal(capped[kept], 5.5 * cacheOfRow, 'half of the cap at most')
  const single = parts(presetConfig('builtin', little, { turns: 'single' }), builtin, given)
  assert.equal(single['key-value caches of 11 rollouts, always'], 11 * cacheOfRow)
  assert.equal(single[kept], undefined, 'there are no later turns')
  // all in slots, twice while they decode; of 300 rows 192 do so at a time
  const many = presetConfig('builtin', little, { data: { train: 150, validation: 4, test: 4 } })
  const inGraph = parts(many, builtin, { ...facts, sampler: 'graph' })
  assert.equal(inGraph['key-value caches of 192 rollouts, always'], 2 * 192 * cacheOfRow)
  assert.equal(inGraph[kept], 108 * cacheOfRow)
})

test('the peak is what is always held with the greatest of what is held in turn', () => {
  const item = (during: MemoryTime, hostBytes: number) => ({
    what: during,
    during,
    hostBytes,
    deviceBytes: 0,
  })
  const items = [item('always', 10), item('update', 3), item('update', 4), item('sampling', 6)]
  assert.deepEqual(peakOf(items.slice(0, 3), 'hostBytes'), { peak: 'update', bytes: 17 })
  assert.deepEqual(peakOf(items, 'hostBytes'), { peak: 'sampling', bytes: 23 }, 'what an update took stays')
  const loading = peakOf([...items.slice(0, 3), item('loading', 8)], 'hostBytes')
  assert.deepEqual(loading, { peak: 'loading', bytes: 18 }, 'before anything is updated')
  const withCheckpoint = [...items, item('checkpoint', 8)]
  assert.deepEqual(peakOf(withCheckpoint, 'hostBytes'), { peak: 'checkpoint', bytes: 25 })
  const onCard = withCheckpoint.map((each) => ({ ...each, hostBytes: 0, deviceBytes: each.hostBytes }))
  assert.deepEqual(peakOf(onCard, 'deviceBytes'), { peak: 'checkpoint', bytes: 18 })
  assert.deepEqual(peakOf([...onCard, { ...item('update', 0), deviceBytes: 2 }], 'deviceBytes'), {
    peak: 'update',
    bytes: 19,
  })
})

/** SmolLM2-135M's. */
const smol = readModelConfig({
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_act: 'silu',
  vocab_size: 49152,
  hidden_size: 576,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  intermediate_size: 1536,
  max_position_embeddings: 8192,
  rms_norm_eps: 1e-5,
  rope_theta: 100000,
  tie_word_embeddings: true,
})

// Peak resident memory in MB of command and trainer together: one step of stage 2 after stage 1. The first two
// as bench/MEMORY.md has them, from before rows of all lengths shared a graph, which takes some of it away.
const measured = [
  { model: wider(512, 8, 1408), problems: 8, facts, settings: {}, peak: 2280 },
  { model: wider(768, 12, 2048), problems: 4, facts, settings: {}, peak: 4060 },
  {
    model: smol,
    problems: 4,
    facts: { ...facts, positions: 150, sampler: 'graph' as const },
    settings: { model: { baseWeights: 'bf16' }, recompute: 'on', microBatch: 1 },
    peak: 3990,
  },
  {
    model: smol,
    problems: 8,
    facts: { ...facts, positions: 294, sampler: 'graph' as const },
    settings: {
      model: { baseWeights: 'bf16', referenceIn: 'files' },
      optimizer: { moments: 'bf16' },
      sampling: { maxCompletionTokens: 64 },
      recompute: 'on',
      microBatch: 1,
    },
    peak: 2980,
  },
]

test('beside measured runs the plan is within 15 %', (t) => {
  for (const { model, problems, facts: given, settings, peak } of measured) {
    const config = presetConfig('builtin', {
      data: { train: problems, validation: 0, test: 0 },
      vStar: { samples: 1 },
      problemsPerStep: problems,
      turns: 'always-revise',
      ...settings,
    })
    const ratio = peakOf(memoryItems(config, model, given), 'hostBytes').bytes / (peak * 1e6)
    t.diagnostic(`${model.width} × ${model.layers}: ${ratio.toFixed(3)} of ${peak} MB`)
    assert.ok(Math.abs(ratio - 1) <= 0.15, `${ratio} of ${peak} MB`)
  }
})
