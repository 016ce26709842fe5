import type { ModelFamily } from './modelConfig.ts'

/**
 * What Recheck does with a field of config.json:
 * - `read`: it decides numbers as in transformers, or is checked against other fields and the weights;
 * - `neutral`: it belongs to a computation that Recheck does not have, so only values that leave it out are
 *   accepted;
 * - `irrelevant`: the numbers that are computed here do not depend on it.
 */
export type FieldRule = FieldGroup &
  (
    | { readonly treatment: 'read' | 'irrelevant' }
    | { readonly treatment: 'neutral'; readonly values: readonly unknown[] }
  )

interface FieldGroup {
  readonly fields: readonly string[]
  readonly families: readonly ModelFamily[]
  /** What the fields are about, for messages and docs/models.md. */
  readonly about: string
}

const all: readonly ModelFamily[] = ['gpt2', 'llama', 'qwen2', 'qwen3']
const rotary: readonly ModelFamily[] = ['llama', 'qwen2', 'qwen3']

/**
 * Every field that the config classes and models of transformers 5.17 read for the four families, fields by
 * which other families change the same computation, and fields that published files carry besides. Any other
 * field is reported when a model is opened (`unknownFields`).
 */
export const fieldRules: readonly FieldRule[] = [
  read(all, 'architectures model_type', 'the family; both must name the same one'),
  read(all, 'vocab_size tie_word_embeddings', 'embedding and output head; must fit the weights'),
  read(all, 'bos_token_id eos_token_id pad_token_id', 'token ids; must be below vocab_size'),
  read(
    all,
    'hidden_size num_hidden_layers num_attention_heads max_position_embeddings',
    'sizes; must fit the weights. In a GPT-2 config they must agree with the row below',
  ),
  read(
    ['gpt2'],
    'n_embd n_layer n_head n_positions n_inner activation_function layer_norm_epsilon',
    'sizes, activation and norm of GPT-2',
  ),
  read(
    rotary,
    'intermediate_size num_key_value_heads head_dim hidden_act rms_norm_eps',
    'sizes, activation and norm',
  ),
  read(
    rotary,
    'rope_parameters rope_scaling rope_theta partial_rotary_factor original_max_position_embeddings',
    'rotary positions of the types default and llama3; what stands twice must agree',
  ),
  read(rotary, 'attention_bias mlp_bias', 'which projections have a bias; must fit family and weights'),
  read(
    rotary,
    'layer_types use_sliding_window sliding_window max_window_layers',
    'attention windows; refused where one would hide a position',
  ),
  read(
    all,
    'dtype torch_dtype',
    'weights are read in the format they are stored in and computed with in F32; another format named here is reported',
  ),
  read(
    all,
    'auto_map transformers_weights',
    'Python code in place of the family’s own, or another weight file; refused',
  ),
  neutral(['gpt2'], 'scale_attn_weights', [true], 'attention scores not divided by √(head width)'),
  neutral(
    ['gpt2'],
    'scale_attn_by_inverse_layer_idx',
    [false],
    'attention scores divided by the number of the layer',
  ),
  neutral(all, 'add_cross_attention is_encoder_decoder', [false], 'attention to an encoder'),
  neutral(all, 'quantization_config quantization compression_config', [], 'quantised weights'),
  neutral(all, 'per_layer_config pruned_heads', [{}], 'layers that differ from each other'),
  neutral(all, 'text_config vision_config audio_config', [], 'a model of several parts'),
  neutral(
    all,
    'embedding_multiplier residual_multiplier logits_scaling logit_scale scale_emb embedding_scale',
    [1],
    'embeddings, residuals or logits multiplied by a number',
  ),
  neutral(all, 'scale_depth dim_model_base', [], 'residuals or logits multiplied by a number'),
  neutral(
    all,
    'attention_multiplier query_pre_attn_scalar attn_scale attention_scale',
    [],
    'another scale of the attention scores',
  ),
  neutral(
    all,
    'attn_logit_softcapping final_logit_softcapping attn_logit_softcap final_logit_softcap logits_soft_cap',
    [],
    'scores or logits limited by tanh',
  ),
  neutral(all, 'clip_qkv', [], 'limited queries, keys and values'),
  neutral(
    ['gpt2', 'llama', 'qwen2'],
    'use_qk_norm qk_norm qk_layernorm use_qk_layernorm',
    [false],
    'norms of queries and keys',
  ),
  neutral(['qwen3'], 'use_qk_norm qk_norm', [true], 'no norms of queries and keys'),
  neutral(
    all,
    'rope_interleaved rope_interleave use_mrope use_dynamic_ntk use_logn_attn attn_temperature_tuning',
    [false],
    'another kind of rotary positions, or attention that depends on the length of the row',
  ),
  neutral(
    all,
    'no_rope_layers nope_layer_interval no_rope_layer_interval',
    [[]],
    'layers without rotary positions',
  ),
  neutral(all, 'alibi use_alibi', [false], 'positions by ALiBi'),
  neutral(
    all,
    'parallel_attn use_parallel_residual parallel_residual scale_embedding scale_embeddings normalize_embeddings',
    [false],
    'another order of computation in a layer, or scaled embeddings',
  ),
  neutral(
    all,
    'sliding_window_pattern attention_chunk_size window_size attention_window',
    [],
    'attention to a part of the row',
  ),
  neutral(
    all,
    'num_experts num_local_experts n_routed_experts moe_num_experts',
    [0, 1],
    'a mixture of experts',
  ),
  neutral(all, 'kv_lora_rank q_lora_rank', [], 'latent attention'),
  irrelevant(
    `attention_dropout resid_pdrop embd_pdrop attn_pdrop hidden_dropout classifier_dropout initializer_range
    gradient_checkpointing`,
    'supervised training; Recheck trains without dropout, so that policy and reference compute alike',
  ),
  irrelevant(
    'pretraining_tp reorder_and_upcast_attn chunk_size_feed_forward use_cache n_ctx is_decoder',
    'another way to the same numbers; here everything is F32',
  ),
  irrelevant(
    `attn_implementation _attn_implementation _attn_implementation_autoset use_flash_attention_2 use_bfloat16 torchscript
    tf_legacy_loss return_dict output_attentions output_hidden_states output_past transformers.js_config`,
    'how another program runs the model',
  ),
  irrelevant(
    `summary_type summary_use_proj summary_activation summary_proj_to_labels summary_first_dropout id2label label2id
    num_labels problem_type finetuning_task task_specific_params cross_attention_hidden_size tie_encoder_decoder
    predict_special_tokens sep_token_id decoder_start_token_id`,
    'heads and models that are no causal language model',
  ),
  irrelevant(
    `max_length min_length do_sample early_stopping num_beams num_beam_groups diversity_penalty temperature top_k top_p
    typical_p repetition_penalty length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids
    num_return_sequences output_scores return_dict_in_generate forced_bos_token_id forced_eos_token_id
    remove_invalid_values exponential_decay_length_penalty suppress_tokens begin_suppress_tokens prefix`,
    'defaults of another sampler; a run samples as its own config says',
  ),
  irrelevant(
    `_name_or_path name_or_path _commit_hash transformers_version tokenizer_class is_llama_config unsloth_version
    unsloth_fixed`,
    'where the file comes from',
  ),
]

/** The rule for a field in a config of this family; undefined where the field is unknown. */
export function ruleOf(field: string, family: ModelFamily): FieldRule | undefined {
  return fieldRules.find((rule) => rule.families.includes(family) && rule.fields.includes(field))
}

function read(families: readonly ModelFamily[], fields: string, about: string): FieldRule {
  return { treatment: 'read', families, fields: fields.split(/\s+/), about }
}

function neutral(
  families: readonly ModelFamily[],
  fields: string,
  values: readonly unknown[],
  about: string,
): FieldRule {
  return { treatment: 'neutral', families, fields: fields.split(/\s+/), values, about }
}

function irrelevant(fields: string, about: string): FieldRule {
  return { treatment: 'irrelevant', families: all, fields: fields.split(/\s+/), about }
}
