import type { Activation, ModelConfig } from '../model/config/modelConfig.ts'
import { embeddingName, headName, layerPrefix } from '../model/parameterTable.ts'
import type { NodeAttributes, OnnxGraphBuilder } from './graphBuilder.ts'
import { paddedHeadWidth } from './weights.ts'

/** Vocabularies at or above this have their probabilities summed inside the graph. */
export const chunkedVocabularySize = 8192
/** Width of one chunk of the summed probabilities. */
export const chunkWidth = 256

export interface LayerSetup {
  readonly graph: OnnxGraphBuilder
  readonly config: ModelConfig
  /** Whether the decoder has a weight of this name (biases are optional). */
  readonly has: (weight: string) => boolean
}

/** The residual stream, and what the last block adds to it; null before the first block. */
export interface Stream {
  readonly residual: string
  readonly branch: string | null
}

const contrib = 'com.microsoft'

export function hasChunkSums({ vocabularySize }: ModelConfig): boolean {
  return vocabularySize >= chunkedVocabularySize
}

/** Token embedding of `input_ids` [N], plus learned positions where the family has them. → [N, C] */
export function addEmbedding({ graph, config }: LayerSetup, positions: string): Stream {
  const tokens = graph.add('Gather', [embeddingName(config), 'input_ids'])
  if (config.rotary !== null) return { residual: tokens, branch: null }
  const learned = graph.add('Gather', ['transformer.wpe.weight', positions])
  return { residual: graph.add('Add', [tokens, learned]), branch: null }
}

/** All layers around an attention that the caller adds: (layer, normed [N, C]) → [N, H · Dp]. */
export function addLayers(
  setup: LayerSetup,
  embedded: Stream,
  addAttention: (layer: number, normed: string) => string,
): Stream {
  let stream = embedded
  for (let layer = 0; layer < setup.config.layers; layer++) {
    const at = layerPrefix(setup.config, layer)
    const names = normNames(setup.config, at)
    const before = addNorm(setup, stream, names.attention)
    const attended = addLinear(setup, addAttention(layer, before.normed), `${at}.o`)
    const middle = addNorm(setup, { residual: before.residual, branch: attended }, names.feedForward)
    stream = { residual: middle.residual, branch: addFeedForward(setup, middle.normed, at) }
  }
  return stream
}

/**
 * Final norm and head: `logits` [R, V]; for large vocabularies (logits then divided by the temperature) also
 * `probabilities` [R, V] and `chunk_sums` [R, ⌈V / 256⌉].
 */
export function addHead(setup: LayerSetup, stream: Stream): void {
  const { graph, config } = setup
  const { normed } = addNorm(setup, stream, config.family === 'gpt2' ? 'transformer.ln_f' : 'model.norm')
  const isChunked = hasChunkSums(config)
  const input = isChunked ? graph.add('Mul', [normed, 'inverse_temperature']) : normed
  const head = config.tiedHead ? embeddingName(config) : headName
  graph.addNamed({ op: 'Gemm', inputs: [input, head], attributes: { transB: { int: 1 } } }, ['logits'])
  if (!isChunked) return
  graph.addNamed({ op: 'Softmax', inputs: ['logits'], attributes: { axis: { int: -1 } } }, ['probabilities'])
  const isEven = config.vocabularySize % chunkWidth === 0
  const padded = isEven ? 'probabilities' : graph.add('Pad', ['probabilities', 'chunk_padding'])
  const chunks = graph.add('Reshape', [padded, 'chunk_shape'])
  const sum = { op: 'ReduceSum', inputs: [chunks, 'last_axis'], attributes: { keepdims: { int: 0 } } }
  graph.addNamed(sum, ['chunk_sums'])
}

/** x · Wᵀ + b of [N, in], W [out, in]: Gemm takes the weight as it is and adds the bias in the same pass. */
export function addLinear({ graph, has }: LayerSetup, input: string, name: string): string {
  const bias = has(`${name}.bias`) ? [`${name}.bias`] : []
  return graph.add('Gemm', [input, `${name}.weight`, ...bias], { transB: { int: 1 } })
}

/** Qwen3's RMS norm over each head of q or k. [N, heads · Dp] → [N · heads, Dp] */
export function addHeadNorm({ graph, config }: LayerSetup, input: string, weight: string): string {
  const epsilon = (config.norm.epsilon * config.headWidth) / paddedHeadWidth(config)
  const heads = graph.add('Reshape', [input, 'head_shape'])
  return graph.add('SimplifiedLayerNormalization', [heads, weight], {
    axis: { int: -1 },
    epsilon: { float: epsilon },
  })
}

/** residual + branch, and its norm, in one node. */
export function addNorm(
  { graph, config }: LayerSetup,
  { residual, branch }: Stream,
  name: string,
): { normed: string; residual: string } {
  const isRms = config.norm.kind === 'rmsNorm'
  const attributes: NodeAttributes = { epsilon: { float: config.norm.epsilon } }
  const weights = isRms ? [`${name}.weight`] : [`${name}.weight`, `${name}.bias`]
  if (branch === null) {
    const op = isRms ? 'SimplifiedLayerNormalization' : 'LayerNormalization'
    return { normed: graph.add(op, [residual, ...weights], { ...attributes, axis: { int: -1 } }), residual }
  }
  const op = isRms ? 'SkipSimplifiedLayerNormalization' : 'SkipLayerNormalization'
  const outputs = [graph.fresh(), '', '', graph.fresh()]
  graph.addNamed({ op, domain: contrib, inputs: [residual, branch, ...weights], attributes }, outputs)
  return { normed: outputs[0], residual: outputs[3] }
}

/** Constants that the nodes of this file name. */
export function layerConstants(config: ModelConfig): Record<string, number[]> {
  const constants: Record<string, number[]> = {}
  if (config.queryKeyNorm) constants.head_shape = [-1, paddedHeadWidth(config)]
  if (hasChunkSums(config)) {
    const chunks = Math.ceil(config.vocabularySize / chunkWidth)
    constants.chunk_shape = [-1, chunks, chunkWidth]
    constants.last_axis = [-1]
    const missing = chunks * chunkWidth - config.vocabularySize
    if (missing > 0) constants.chunk_padding = [0, 0, 0, missing]
  }
  return constants
}

function addFeedForward(setup: LayerSetup, input: string, at: string): string {
  const { graph, config } = setup
  if (config.family === 'gpt2') {
    // GPT-2's linear weights are [in, out]
    const conv1D = (from: string, name: string) => graph.add('Gemm', [from, `${name}.weight`, `${name}.bias`])
    return conv1D(
      addActivation(graph, conv1D(input, `${at}.mlp.c_fc`), config.activation),
      `${at}.mlp.c_proj`,
    )
  }
  const gate = addActivation(graph, addLinear(setup, input, `${at}.mlp.gate_proj`), config.activation)
  const gated = graph.add('Mul', [gate, addLinear(setup, input, `${at}.mlp.up_proj`)])
  return addLinear(setup, gated, `${at}.mlp.down_proj`)
}

function addActivation(graph: OnnxGraphBuilder, input: string, activation: Activation): string {
  switch (activation) {
    case 'silu':
      return graph.add('QuickGelu', [input], { alpha: { float: 1 } }, contrib)
    case 'gelu':
      return graph.add('Gelu', [input], {}, contrib)
    case 'geluTanh':
      return graph.add('FastGelu', [input], {}, contrib)
    case 'relu':
      return graph.add('Relu', [input])
  }
}

function normNames(config: ModelConfig, at: string) {
  return config.family === 'gpt2'
    ? { attention: `${at}.ln_1`, feedForward: `${at}.ln_2` }
    : { attention: `${at}.input_layernorm`, feedForward: `${at}.post_attention_layernorm` }
}
