import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { modelReference } from '../../../src/core/model/config/fieldReference.ts'
import { fieldRules, ruleOf } from '../../../src/core/model/config/fieldRules.ts'
import type { ModelFamily } from '../../../src/core/model/config/modelConfig.ts'
import { readModelConfig, unknownFields } from '../../../src/core/model/config/readModelConfig.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'

type Json = Readonly<Record<string, unknown>>

const rotary = {
  vocab_size: 128,
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  max_position_embeddings: 4096,
}
const configs: Readonly<Record<ModelFamily, Json>> = {
  gpt2: {
    architectures: ['GPT2LMHeadModel'],
    vocab_size: 128,
    n_embd: 32,
    n_layer: 2,
    n_head: 4,
    n_positions: 64,
  },
  llama: { ...rotary, architectures: ['LlamaForCausalLM'] },
  qwen2: { ...rotary, architectures: ['Qwen2ForCausalLM'] },
  qwen3: { ...rotary, architectures: ['Qwen3ForCausalLM'] },
}
const families = Object.keys(configs) as ModelFamily[]

function assertRefused(json: Json, field: string, what: string): void {
  assert.throws(
    () => readModelConfig(json),
    (thrown) =>
      thrown instanceof RecheckError &&
      thrown.code.startsWith('config.') &&
      thrown.message.includes(field) &&
      thrown.message.length < 400,
    what,
  )
}

/**
 * Every field of the config classes of transformers 5.17.0 (`dataclasses.fields`, `__post_init__`) and of the
 * rope mixin.
 */
const ofTransformers: Readonly<Record<ModelFamily, string>> = {
  gpt2: `vocab_size n_positions n_embd n_layer n_head n_inner activation_function resid_pdrop embd_pdrop attn_pdrop
    layer_norm_epsilon initializer_range summary_type summary_use_proj summary_activation summary_proj_to_labels
    summary_first_dropout scale_attn_weights use_cache bos_token_id eos_token_id pad_token_id
    scale_attn_by_inverse_layer_idx reorder_and_upcast_attn add_cross_attention tie_word_embeddings hidden_size
    max_position_embeddings num_attention_heads num_hidden_layers`,
  llama: `vocab_size hidden_size intermediate_size num_hidden_layers num_attention_heads num_key_value_heads hidden_act
    max_position_embeddings initializer_range rms_norm_eps use_cache pad_token_id bos_token_id eos_token_id
    pretraining_tp tie_word_embeddings rope_parameters attention_bias attention_dropout mlp_bias head_dim rope_scaling
    rope_theta partial_rotary_factor`,
  qwen2: `vocab_size hidden_size intermediate_size num_hidden_layers num_attention_heads num_key_value_heads hidden_act
    max_position_embeddings initializer_range rms_norm_eps use_cache tie_word_embeddings rope_parameters
    use_sliding_window sliding_window max_window_layers layer_types attention_dropout pad_token_id bos_token_id
    eos_token_id rope_scaling rope_theta partial_rotary_factor`,
  qwen3: `vocab_size hidden_size intermediate_size num_hidden_layers num_attention_heads num_key_value_heads head_dim
    hidden_act max_position_embeddings initializer_range rms_norm_eps use_cache tie_word_embeddings rope_parameters
    attention_bias use_sliding_window sliding_window max_window_layers layer_types attention_dropout pad_token_id
    bos_token_id eos_token_id rope_scaling rope_theta partial_rotary_factor`,
}
const ofEveryClass = `transformers_version architectures output_hidden_states return_dict dtype chunk_size_feed_forward
  is_encoder_decoder id2label label2id problem_type torch_dtype num_labels name_or_path _commit_hash output_attentions
  attn_implementation per_layer_config quantization_config model_type auto_map transformers_weights max_length
  min_length do_sample early_stopping num_beams temperature top_k top_p typical_p repetition_penalty length_penalty
  no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids num_return_sequences output_scores
  return_dict_in_generate forced_bos_token_id forced_eos_token_id remove_invalid_values
  exponential_decay_length_penalty suppress_tokens begin_suppress_tokens`

for (const family of families) {
  test(`${family}: every field that transformers' config class knows has a rule`, () => {
    const fields = `${ofTransformers[family]} ${ofEveryClass}`.trim().split(/\s+/)
    assert.deepEqual(
      fields.filter((field) => ruleOf(field, family) === undefined),
      [],
    )
    assert.deepEqual(unknownFields(configs[family], family), [])
    assert.deepEqual(unknownFields({ ...configs[family], logit_cap: 30, foo: null }, family), [
      'logit_cap',
      'foo',
    ])
  })

  test(`${family}: irrelevant fields change nothing, whatever they hold`, () => {
    const expected = readModelConfig(configs[family])
    for (const { treatment, fields, families: of } of fieldRules) {
      if (treatment !== 'irrelevant' || !of.includes(family)) continue
      for (const field of fields) {
        for (const value of [null, NaN, -1, 'constructor', [1], { a: 1 }, true])
          assert.deepEqual(readModelConfig({ ...configs[family], [field]: value }), expected, field)
      }
    }
  })

  test(`${family}: fields of other computations are accepted at neutral values alone`, () => {
    const expected = readModelConfig(configs[family])
    for (const rule of fieldRules) {
      if (rule.treatment !== 'neutral' || !rule.families.includes(family)) continue
      for (const field of rule.fields) {
        for (const value of [null, ...rule.values])
          assert.deepEqual(readModelConfig({ ...configs[family], [field]: value }), expected, field)
        for (const value of [30, 'yes', { bits: 4 }, [1, 2], NaN])
          assertRefused({ ...configs[family], [field]: value }, `"${field}"`, `${field} ${String(value)}`)
      }
    }
  })

  test(`${family}: a field that is read is refused where it cannot be what it says`, () => {
    for (const { treatment, fields, families: of } of fieldRules) {
      if (treatment !== 'read' || !of.includes(family)) continue
      for (const field of fields) {
        const value = field === 'auto_map' ? { AutoModelForCausalLM: 'modeling.Own' } : { a: [1] }
        assertRefused({ ...configs[family], [field]: value }, field, field)
      }
    }
  })
}

test('docs/models.md is what the rules say', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/models.md'), 'utf8')
  assert.equal(text, modelReference(), 'run: node scripts/docs/writeReference.ts')
})
