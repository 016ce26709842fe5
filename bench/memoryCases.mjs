// What bench/memory.mjs runs: real shapes, and the settings of each case.

const qwen = {
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  hidden_act: 'silu',
  rms_norm_eps: 1e-6,
  rope_theta: 1000000,
  bos_token_id: 1,
  eos_token_id: 2,
  pad_token_id: 0,
  max_position_embeddings: 32768,
  tie_word_embeddings: true,
  vocab_size: 151936,
}

/** config.json of each shape; end and pad are those of the built-in model's tokenizer. */
export const shapes = {
  '135m': {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: 49152,
    hidden_size: 576,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    intermediate_size: 1536,
    max_position_embeddings: 8192,
    rms_norm_eps: 1e-5,
    rope_theta: 100000,
    hidden_act: 'silu',
    tie_word_embeddings: true,
    bos_token_id: 1,
    eos_token_id: 2,
    pad_token_id: 0,
  },
  '0.5b': {
    ...qwen,
    hidden_size: 896,
    num_hidden_layers: 24,
    num_attention_heads: 14,
    num_key_value_heads: 2,
    intermediate_size: 4864,
  },
  '1.5b': {
    ...qwen,
    hidden_size: 1536,
    num_hidden_layers: 28,
    num_attention_heads: 12,
    num_key_value_heads: 2,
    intermediate_size: 8960,
  },
}

const eightProblems = [
  'data.train=8',
  'data.validation=0',
  'data.test=0',
  'vStar.samples=1',
  'problemsPerStep=8',
  'steps=1',
  'evalEvery=never',
  'sampling.maxCompletionTokens=64',
  'turns=always-revise',
]

export const cases = [
  { name: 'builtin', shape: 'builtin', settings: [...eightProblems, 'data.train=192', 'problemsPerStep=192'] },
  { name: '135m-full', shape: '135m', settings: eightProblems },
  { name: '0.5b-full', shape: '0.5b', settings: eightProblems },
]
