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

/** Of the built-in model's kind, with heads of 64 and a little vocabulary. */
const wider = (width, layers, feedForward) => ({
  ...qwen,
  vocab_size: 83,
  hidden_size: width,
  num_hidden_layers: layers,
  num_attention_heads: width / 64,
  num_key_value_heads: width / 64,
  intermediate_size: feedForward,
})
shapes['26m'] = wider(512, 8, 1408)
shapes['85m'] = wider(768, 12, 2048)

/** One step of stage 2 after stage 1 on the same problems, every rollout of three turns. */
const oneStep = (problems, tokens) => [
  `data.train=${problems}`,
  'data.validation=0',
  'data.test=0',
  'vStar.samples=1',
  `problemsPerStep=${problems}`,
  'steps=1',
  'evalEvery=never',
  `sampling.maxCompletionTokens=${tokens}`,
  'turns=always-revise',
]
const lora = 'model.lora={"rank":32}'
/** What takes least where an adapter is trained. */
const leanAdapter = [lora, 'sampler=graph', 'recompute=on', 'microBatch=1']
/** What takes least where all parameters are trained. */
const lean = [
  'sampler=graph',
  'model.baseWeights=bf16',
  'optimizer.moments=bf16',
  'recompute=on',
  'microBatch=1',
]
const ofPyTorch = (problems, tokens, ...more) => [
  '--problems',
  String(problems),
  '--tokens',
  String(tokens),
  ...more,
]

export const cases = [
  {
    name: 'builtin',
    title: 'built-in model (0.8 M), 192 problems',
    shape: 'builtin',
    settings: oneStep(192, 64),
  },
  { name: '26m', title: '26 M, 8 problems', shape: '26m', settings: oneStep(8, 64) },
  { name: '85m', title: '85 M, 4 problems', shape: '85m', settings: oneStep(4, 64) },
  {
    name: '135m-full',
    title: 'SmolLM2-135M’s shape, all parameters, 8 × 3 × 64 tokens',
    shape: '135m',
    settings: oneStep(8, 64),
    pytorch: ofPyTorch(8, 64),
  },
  {
    name: '135m-lora',
    title: 'SmolLM2-135M’s shape, LoRA r 32 on int8, 4 × 3 × 16 tokens',
    shape: '135m',
    settings: [...oneStep(4, 16), lora, 'model.baseWeights=int8', 'sampler=graph'],
    pytorch: ofPyTorch(4, 16, '--lora', '32', '--base', 'int8'),
  },
  {
    name: '135m-graph',
    title: 'SmolLM2-135M’s shape, all parameters, sampler in the graph, 4 × 3 × 16 tokens',
    shape: '135m',
    settings: [...oneStep(4, 16), 'sampler=graph'],
  },
  {
    name: '135m-graph-lean',
    title: 'SmolLM2-135M’s shape, all, bf16 reference, recomputed, 4 × 3 × 16 tokens',
    shape: '135m',
    settings: [...oneStep(4, 16), 'sampler=graph', 'model.baseWeights=bf16', 'recompute=on', 'microBatch=1'],
  },
  {
    name: '135m-full-lean',
    title: 'SmolLM2-135M’s shape, all, bf16 moments and reference, recomputed, 4 × 3 × 16 tokens',
    shape: '135m',
    settings: [...oneStep(4, 16), ...lean],
    pytorch: ofPyTorch(4, 16),
  },
  {
    name: '135m-full-files',
    title: 'SmolLM2-135M’s shape, all, bf16 moments, reference in its files, recomputed, 8 × 3 × 64 tokens',
    shape: '135m',
    settings: [...oneStep(8, 64), ...lean, 'model.referenceIn=files'],
    pytorch: ofPyTorch(8, 64),
  },
  {
    name: '0.5b-lora-bf16',
    title: 'Qwen2.5-0.5B’s shape, LoRA r 32 on bf16, recomputed, 2 × 3 × 16 tokens',
    shape: '0.5b',
    settings: [...oneStep(2, 16), ...leanAdapter, 'model.baseWeights=bf16'],
    pytorch: ofPyTorch(2, 16, '--lora', '32', '--base', 'bf16'),
  },
  {
    name: '0.5b-lora-bf16-long',
    title: 'Qwen2.5-0.5B’s shape, LoRA r 32 on bf16, recomputed, 8 × 3 × 64 tokens',
    shape: '0.5b',
    settings: [...oneStep(8, 64), ...leanAdapter, 'model.baseWeights=bf16'],
    pytorch: ofPyTorch(8, 64, '--lora', '32', '--base', 'bf16'),
  },
  {
    name: '0.5b-lora-int8-long',
    title: 'Qwen2.5-0.5B’s shape, LoRA r 32 on int8, recomputed, 8 × 3 × 64 tokens',
    shape: '0.5b',
    settings: [...oneStep(8, 64), ...leanAdapter, 'model.baseWeights=int8'],
    pytorch: ofPyTorch(8, 64, '--lora', '32', '--base', 'int8'),
  },
  {
    name: '0.5b-lora-int8',
    title: 'Qwen2.5-0.5B’s shape, LoRA r 32 on int8, 2 × 3 × 16 tokens',
    shape: '0.5b',
    settings: [...oneStep(2, 16), lora, 'model.baseWeights=int8', 'sampler=graph'],
    pytorch: ofPyTorch(2, 16, '--lora', '32', '--base', 'int8'),
  },
  {
    name: '1.5b-lora-int8',
    title: 'Qwen2.5-1.5B’s shape, LoRA r 32 on int8, 2 × 3 × 64 tokens',
    shape: '1.5b',
    settings: [...oneStep(2, 64), lora, 'model.baseWeights=int8', 'sampler=graph'],
    pytorch: ofPyTorch(2, 64, '--lora', '32', '--base', 'int8'),
  },
  {
    name: '0.5b-full',
    title: 'Qwen2.5-0.5B’s shape, all, bf16 moments and reference, recomputed, 8 × 3 × 64 tokens',
    shape: '0.5b',
    settings: [...oneStep(8, 64), ...lean],
    pytorch: ofPyTorch(8, 64),
  },
]
