import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readModelConfig } from '../../../src/core/model/config/readModelConfig.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'

type Json = Readonly<Record<string, unknown>>

const llama = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 128,
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  max_position_embeddings: 512,
}
const qwen2 = { ...llama, architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', num_key_value_heads: 2 }
const qwen3 = { ...qwen2, architectures: ['Qwen3ForCausalLM'], model_type: 'qwen3' }
const gpt2 = {
  architectures: ['GPT2LMHeadModel'],
  vocab_size: 128,
  n_embd: 32,
  n_layer: 2,
  n_head: 4,
  n_positions: 64,
}
const llama3 = {
  rope_type: 'llama3',
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 256,
}
const plain = { rope_type: 'default', rope_theta: 1e6 }

const contradictions: readonly (readonly [what: string, json: Json, message: RegExp])[] = [
  [
    'scaling beside default parameters',
    { ...llama, rope_parameters: plain, rope_scaling: { rope_type: 'yarn', factor: 4 } },
    /"rope_parameters" and .*"rope_scaling" disagree: the rope type is "default".*"yarn"/,
  ],
  [
    'two factors',
    { ...llama, rope_parameters: { ...llama3, rope_theta: 5e5 }, rope_scaling: { ...llama3, factor: 32 } },
    /disagree: llama3 scaling is .*8.*32/,
  ],
  [
    'two thetas',
    { ...llama, rope_theta: 5e5, rope_parameters: plain },
    /disagree: "rope_theta" is 500000.*1000000/,
  ],
  [
    'two thetas below',
    { ...llama, rope_parameters: plain, rope_scaling: { rope_type: 'default', rope_theta: 2e4 } },
    /disagree: "rope_theta"/,
  ],
  [
    'two original lengths',
    { ...llama, original_max_position_embeddings: 128, rope_scaling: llama3 },
    /disagree: "original_max_position_embeddings" is 128.*256/,
  ],
  [
    'type and rope_type',
    { ...llama, rope_scaling: { ...llama3, type: 'linear' } },
    /"rope_type" is "llama3", "type" is "linear"/,
  ],
  [
    'settings for each kind of layer',
    { ...qwen2, rope_parameters: { full_attention: plain, sliding_attention: plain } },
    /holds settings for each kind of layer \("full_attention", "sliding_attention"\).*Write the settings of "full_attention"/,
  ],
  [
    'a factor that the default type ignores',
    { ...llama, rope_parameters: { ...plain, factor: 4 } },
    /"default" does not use "factor"/,
  ],
  [
    'a field of another type',
    { ...llama, rope_scaling: { ...llama3, attention_factor: 2 } },
    /"llama3" does not use "attention_factor"/,
  ],
  [
    'a partial rotary beside the type',
    { ...llama, partial_rotary_factor: 0.5 },
    /"partial_rotary_factor" must be 1, got 0.5/,
  ],
  [
    'layer types of another number',
    { ...qwen2, layer_types: ['full_attention'] },
    /"layer_types" has 1 entries, "num_hidden_layers" is 2/,
  ],
  [
    'a window in use',
    { ...qwen2, use_sliding_window: true, sliding_window: 64, max_window_layers: 1 },
    /limits attention to 64 positions/,
  ],
  [
    'the default window in use',
    { ...qwen3, head_dim: 8, max_position_embeddings: 8192, use_sliding_window: true, max_window_layers: 0 },
    /to 4096 positions/,
  ],
  ['a window of a Llama', { ...llama, sliding_window: 64 }, /limits attention to 64 positions/],
  [
    'sliding layers',
    { ...llama, layer_types: ['full_attention', 'sliding_attention'] },
    /"layer_types" holds "sliding_attention"/,
  ],
  [
    'Qwen2 without biases',
    { ...qwen2, attention_bias: false },
    /"attention_bias" is false, but the architecture always has a bias/,
  ],
  ['Qwen3 with biases in its MLP', { ...qwen3, mlp_bias: true }, /"mlp_bias" is true, but .*no bias/],
  [
    'two names of a width',
    { ...gpt2, hidden_size: 64 },
    /"n_embd" is 32, "hidden_size" is 64; both mean the same/,
  ],
  ['two names of the layers', { ...gpt2, num_hidden_layers: 3 }, /"n_layer" is 2, "num_hidden_layers" is 3/],
  [
    'code of its own',
    { ...llama, auto_map: { AutoModelForCausalLM: 'modeling_own.Own' } },
    /Python code of the model’s own \("modeling_own.Own"\)/,
  ],
  [
    'another weight file',
    { ...llama, transformers_weights: 'consolidated.safetensors' },
    /"transformers_weights" names "consolidated.safetensors"/,
  ],
  [
    'a quantised model',
    { ...llama, quantization_config: { bits: 4 } },
    /"quantization_config" is an object with "bits" \(quantised weights\)/,
  ],
  ['softcapped logits', { ...llama, final_logit_softcapping: 30 }, /limited by tanh/],
]

for (const [what, json, message] of contradictions) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => readModelConfig(json),
      (thrown) =>
        thrown instanceof RecheckError && message.test(thrown.message) && thrown.message.length < 400,
    )
  })
}

const agreements: readonly (readonly [what: string, base: Json, fields: Json])[] = [
  [
    'the same scaling in both places',
    { ...llama, rope_scaling: llama3, rope_theta: 5e5 },
    { rope_parameters: { ...llama3, rope_theta: 5e5 } },
  ],
  ['empty and null places', llama, { rope_parameters: {}, rope_scaling: null }],
  ['partial rotary of 1', llama, { partial_rotary_factor: 1 }],
  [
    'windows that are not in use',
    qwen2,
    { use_sliding_window: false, sliding_window: 64, max_window_layers: 0 },
  ],
  ['windows above all layers', qwen2, { use_sliding_window: true, sliding_window: 64, max_window_layers: 2 }],
  ['a window as long as the model', llama, { sliding_window: 512 }],
  ['full attention everywhere', qwen2, { layer_types: ['full_attention', 'full_attention'] }],
  ['both names of a width', gpt2, { hidden_size: 32, num_attention_heads: 4 }],
  ['other code', llama, { auto_map: { AutoTokenizer: 'tokenization_own.Own' } }],
  ['key/value heads of null', { ...qwen2, num_key_value_heads: 4 }, { num_key_value_heads: null }],
]

for (const [what, base, fields] of agreements) {
  test(`accepted without effect: ${what}`, () => {
    assert.deepEqual(readModelConfig({ ...base, ...fields }), readModelConfig(base))
  })
}

const absurd: readonly (readonly [field: string, values: readonly unknown[]])[] = [
  ['num_hidden_layers', [1e9, 1e308, 0, -1, 2.5, NaN, Infinity, '2', true]],
  ['vocab_size', [1e308, 2 ** 31, 0, -5]],
  ['hidden_size', [1e308, 2 ** 31, 33]],
  ['num_attention_heads', [1e308, 5, 0]],
  ['num_key_value_heads', [1e308, 3, 0]],
  ['intermediate_size', [1e308, 0.5]],
  ['head_dim', [1e308, 7]],
  ['max_position_embeddings', [1e308, 2 ** 24 + 1, 0]],
  ['rms_norm_eps', [1e308, 1, 0, -1e-6, 1e-300, NaN]],
  ['rope_theta', [1e308, 1e-300, 0, -1, NaN, Infinity]],
  ['pad_token_id', [1e9, 1e308, 128, -1, 0.5, NaN, '0', [0]]],
  ['bos_token_id', [1e9, 1e308, 128, -1, 0.5]],
  ['eos_token_id', [1e308, 128, -1, [1, 128], [1, null], new Array(1e5).fill(1), NaN]],
  [
    'hidden_act',
    ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '', 5, 'x'.repeat(1e5)],
  ],
  ['architectures', [['__proto__'], ['constructor'], ['toString'], {}, 5, [], [null], ['x'.repeat(1e5)]]],
  ['model_type', ['__proto__', 'constructor', 5, 'qwen2']],
  [
    'rope_scaling',
    [
      { rope_type: '__proto__' },
      { rope_type: 'constructor' },
      { ...llama3, factor: 1e308 },
      { ...llama3, low_freq_factor: -1 },
      5,
    ],
  ],
  ['layer_types', [new Array(1e5).fill('full_attention'), 'full_attention', [{}]]],
]

for (const [field, values] of absurd) {
  test(`absurd values of ${field} are refused in one line`, () => {
    for (const value of values) {
      const json = { ...llama, [field]: value }
      if (field === 'architectures') Object.assign(json, { model_type: 'mistral' })
      assert.throws(
        () => readModelConfig(json),
        (thrown) =>
          thrown instanceof RecheckError && thrown.message.length < 400 && !thrown.message.includes('\n'),
        JSON.stringify(value)?.slice(0, 40),
      )
    }
  })
}

test('absurd counts of GPT-2, and ids of generation_config.json', () => {
  for (const field of [
    'n_layer',
    'n_embd',
    'n_head',
    'n_positions',
    'n_inner',
    'vocab_size',
    'layer_norm_epsilon',
  ])
    assert.throws(() => readModelConfig({ ...gpt2, [field]: 1e308 }), RecheckError, field)
  // an id that generation_config.json overrules is no less wrong
  for (const field of ['eos_token_id', 'bos_token_id', 'pad_token_id'])
    assert.throws(() => readModelConfig({ ...llama, [field]: 1e9 }, { [field]: 1 }), RecheckError, field)
  for (const field of ['eos_token_id', 'bos_token_id', 'pad_token_id'])
    assert.throws(
      () => readModelConfig(llama, { [field]: 128 }),
      new RegExp(`generation_config.json: "${field}" must be a token id \\(a whole number from 0 to 127\\)`),
    )
})
