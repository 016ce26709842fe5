import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { countParameters, parameterShapes } from '../../../../src/core/model/parameterTable.ts'
import { readModelConfig } from '../../../../src/core/model/config/readModelConfig.ts'
import { RecheckError } from '../../../../src/shared/errors/recheckError.ts'
import { goldenFolder } from '../../../goldenFolders.ts'

/** config.json of HuggingFaceTB/SmolLM2-135M, as far as it says something about the model. */
const smolLM2 = {
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  bos_token_id: 0,
  eos_token_id: 0,
  hidden_act: 'silu',
  hidden_size: 576,
  intermediate_size: 1536,
  max_position_embeddings: 8192,
  mlp_bias: false,
  model_type: 'llama',
  num_attention_heads: 9,
  num_hidden_layers: 30,
  num_key_value_heads: 3,
  rms_norm_eps: 1e-5,
  rope_scaling: null,
  rope_theta: 100000,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  vocab_size: 49152,
}

/** config.json of Qwen/Qwen2.5-0.5B-Instruct. */
const qwen25 = {
  architectures: ['Qwen2ForCausalLM'],
  bos_token_id: 151643,
  eos_token_id: 151645,
  hidden_act: 'silu',
  hidden_size: 896,
  intermediate_size: 4864,
  max_position_embeddings: 32768,
  max_window_layers: 21,
  model_type: 'qwen2',
  num_attention_heads: 14,
  num_hidden_layers: 24,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-6,
  rope_theta: 1000000,
  sliding_window: 32768,
  tie_word_embeddings: true,
  use_sliding_window: false,
  vocab_size: 151936,
}

/** config.json of openai-community/gpt2, with no "n_inner". */
const gpt2 = {
  activation_function: 'gelu_new',
  architectures: ['GPT2LMHeadModel'],
  bos_token_id: 50256,
  eos_token_id: 50256,
  layer_norm_epsilon: 1e-5,
  model_type: 'gpt2',
  n_embd: 768,
  n_head: 12,
  n_layer: 12,
  n_positions: 1024,
  vocab_size: 50257,
}

const llama3Scaling = {
  factor: 32,
  high_freq_factor: 4,
  low_freq_factor: 1,
  original_max_position_embeddings: 8192,
}

test('parameter counts of published models: 134,515,008 · 494,032,768 · 124,439,808', () => {
  // the counts that Hugging Face shows for the three safetensors files
  assert.equal(countParameters(readModelConfig(smolLM2)), 134_515_008)
  assert.equal(countParameters(readModelConfig(qwen25)), 494_032_768)
  assert.equal(countParameters(readModelConfig(gpt2)), 124_439_808)
})

test('SmolLM2: every field', () => {
  assert.deepEqual(readModelConfig(smolLM2), {
    family: 'llama',
    vocabularySize: 49152,
    width: 576,
    layers: 30,
    queryHeads: 9,
    keyValueHeads: 3,
    headWidth: 64,
    feedForwardWidth: 1536,
    maxPositions: 8192,
    activation: 'silu',
    norm: { kind: 'rmsNorm', epsilon: 1e-5 },
    rotary: { theta: 100000, scaling: null },
    attentionInputBias: false,
    attentionOutputBias: false,
    feedForwardBias: false,
    queryKeyNorm: false,
    tiedHead: true,
    bosId: 0,
    endIds: [0],
    padId: null,
  })
})

test('GPT-2 and Qwen2: biases, defaults and names that differ', () => {
  const small = readModelConfig(gpt2)
  assert.equal(small.feedForwardWidth, 3072)
  assert.equal(small.activation, 'geluTanh')
  assert.equal(small.tiedHead, true)
  assert.equal(small.rotary, null)
  assert.deepEqual(small.norm, { kind: 'layerNorm', epsilon: 1e-5 })
  assert.equal(readModelConfig({ ...gpt2, n_inner: 100 }).feedForwardWidth, 100)
  const qwen = readModelConfig(qwen25)
  assert.deepEqual([qwen.attentionInputBias, qwen.attentionOutputBias], [true, false])
  assert.equal(qwen.headWidth, 64)
})

test('explicit head width; Qwen3 has 128 by default and norms on q and k', () => {
  assert.equal(readModelConfig({ ...smolLM2, head_dim: 32 }).headWidth, 32)
  const { queryKeyNorm, headWidth } = readModelConfig({
    ...qwen25,
    architectures: ['Qwen3ForCausalLM'],
    model_type: 'qwen3',
  })
  assert.deepEqual([queryKeyNorm, headWidth], [true, 128])
})

test('rotary settings are found in all the places Hugging Face has kept them', () => {
  const bare: Record<string, unknown> = { ...smolLM2 }
  delete bare['rope_theta']
  delete bare['rope_scaling']
  const scaling = { factor: 32, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPositions: 8192 }
  const table: [Record<string, unknown>, unknown][] = [
    [{}, { theta: 10000, scaling: null }],
    [{ rope_theta: 5e5 }, { theta: 5e5, scaling: null }],
    [{ rope_parameters: { rope_type: 'default', rope_theta: 3e4 } }, { theta: 3e4, scaling: null }],
    [
      { rope_theta: 5e5, rope_scaling: { rope_type: 'llama3', ...llama3Scaling } },
      { theta: 5e5, scaling },
    ],
    [
      { rope_theta: 5e5, rope_scaling: { type: 'llama3', ...llama3Scaling } },
      { theta: 5e5, scaling },
    ],
    [
      { rope_parameters: { rope_type: 'llama3', rope_theta: 5e5, ...llama3Scaling } },
      { theta: 5e5, scaling },
    ],
  ]
  for (const [fields, expected] of table) {
    assert.deepEqual(readModelConfig({ ...bare, ...fields }).rotary, expected, JSON.stringify(fields))
  }
})

test('end ids of generation_config.json win', () => {
  assert.deepEqual(readModelConfig(qwen25, { eos_token_id: [151645, 151643] }).endIds, [151645, 151643])
  assert.deepEqual(readModelConfig(qwen25, { do_sample: true }).endIds, [151645])
  assert.equal(readModelConfig(qwen25, { pad_token_id: 151643 }).padId, 151643)
})

test('the shape table names exactly the tensors of the golden files', () => {
  for (const name of ['gpt2', 'llama', 'llama-gqa7', 'qwen2']) {
    const folder = goldenFolder(name)
    const config = readModelConfig(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')))
    const file = readFileSync(join(folder, 'model.safetensors'))
    const header = JSON.parse(file.subarray(8, 8 + Number(file.readBigUInt64LE(0))).toString()) as object
    const stored = Object.entries(header).filter(([key]) => key !== '__metadata__')
    const wanted = Object.fromEntries(
      stored.map(([key, { shape }]: [string, { shape: number[] }]) => [key, shape]),
    )
    assert.deepEqual(Object.fromEntries(parameterShapes(config)), wanted, name)
  }
})

const refused: [string, unknown, string, RegExp][] = [
  [
    'another architecture',
    { ...smolLM2, architectures: ['MistralForCausalLM'], model_type: 'mistral' },
    'config.architecture',
    /MistralForCausalLM.*Known: GPT2LMHeadModel/,
  ],
  [
    'a head that is no language model',
    { ...qwen25, architectures: ['Qwen2ForSequenceClassification'] },
    'config.architecture',
    /Qwen2ForSequenceClassification/,
  ],
  [
    'architecture and model type that differ',
    { ...smolLM2, model_type: 'mistral' },
    'config.architecture',
    /model_type "mistral"/,
  ],
  [
    'a rope type nobody knows',
    { ...smolLM2, rope_scaling: { rope_type: 'yarn', factor: 4 } },
    'config.rope-type',
    /"yarn".*Known: default, llama3/,
  ],
  [
    'linear scaling, old spelling',
    { ...smolLM2, rope_scaling: { type: 'linear', factor: 2 } },
    'config.rope-type',
    /"linear"/,
  ],
  [
    'a partial rotary',
    { ...smolLM2, rope_parameters: { rope_theta: 1e5, partial_rotary_factor: 0.5 } },
    'config.rope-type',
    /partial_rotary_factor.*0\.5/,
  ],
  [
    'llama3 without its factors',
    { ...smolLM2, rope_scaling: { rope_type: 'llama3', factor: 8 } },
    'config.invalid',
    /"low_freq_factor" is missing/,
  ],
  [
    'a sliding window',
    { ...qwen25, use_sliding_window: true, sliding_window: 1024 },
    'config.unsupported',
    /limits attention to 1024 positions.*"use_sliding_window" to false/,
  ],
  [
    'sliding layers',
    { ...qwen25, layer_types: ['full_attention', 'sliding_attention'] },
    'config.unsupported',
    /sliding_attention/,
  ],
  [
    'scores scaled by layer',
    { ...gpt2, scale_attn_by_inverse_layer_idx: true },
    'config.unsupported',
    /scale_attn_by_inverse_layer_idx/,
  ],
  ['an unknown activation', { ...gpt2, activation_function: 'mish' }, 'config.unsupported', /"mish"/],
  ['a missing size', { ...smolLM2, hidden_size: undefined }, 'config.invalid', /"hidden_size" is missing/],
  [
    'a size that is no number',
    { ...smolLM2, hidden_size: '576' },
    'config.invalid',
    /"hidden_size" must be a whole number from 1 to 2147483647, got "576"/,
  ],
  [
    'heads that do not divide',
    { ...smolLM2, num_key_value_heads: 2 },
    'config.invalid',
    /9 attention heads are not a multiple of 2/,
  ],
  [
    'a width that does not divide',
    { ...smolLM2, hidden_size: 577 },
    'config.invalid',
    /width 577 is not a multiple of 9/,
  ],
  ['an odd head width', { ...smolLM2, head_dim: 63 }, 'config.invalid', /even head width, got 63/],
  ['no object', [1, 2], 'config.invalid', /expected a JSON object, got \[1,2\]/],
]
for (const [what, json, code, message] of refused) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => readModelConfig(json),
      (thrown) => thrown instanceof RecheckError && thrown.code === code && message.test(thrown.message),
    )
  })
}
