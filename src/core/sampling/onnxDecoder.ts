import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxValue } from '../graph/onnxModel.ts'
import type { Activation, ModelConfig } from '../model/modelConfig.ts'
import { embeddingName, headName, layerPrefix } from '../model/parameterTable.ts'
import type { ParameterValue } from '../model/parameterValues.ts'
import { paddedHeadWidth } from './onnxWeights.ts'

/** Logits per draw at or above which the draw's sums are computed inside the graph. */
export const chunkedVocabularySize = 8192
/** Width of one chunk of the summed probabilities. */
export const chunkWidth = 256

export interface DecoderOptions {
  /** Rows of the rotary tables: the longest row the session will see. */
  readonly positions: number
  /** `inputs`: every weight is fed with each run, so new weights need no new session. */
  readonly weightsAs: 'initialisers' | 'inputs'
  /** Adds `probabilities` [R, V] and `chunk_sums` [R, ⌈V / 256⌉]. */
  readonly chunkSums: boolean
}

type Inputs = readonly string[]
type Attributes = Readonly<Record<string, OnnxAttribute>>

/** Nodes in the making; `add` returns the name of the node's first output. */
class GraphBuilder {
  readonly nodes: OnnxNode[] = []
  #count = 0

  add(op: string, inputs: Inputs, attributes: Attributes = {}, domain: OnnxNode['domain'] = ''): string {
    const output = `t${this.#count++}`
    this.nodes.push({ op, domain, inputs, outputs: [output], attributes })
    return output
  }

  addNamed(node: OnnxNode): void {
    this.nodes.push(node)
  }

  fresh(): string {
    return `t${this.#count++}`
  }
}

interface LayerSetup {
  readonly graph: GraphBuilder
  readonly config: ModelConfig
  readonly layer: number
  readonly has: (weight: string) => boolean
}

/**
 * The decoder as an ONNX graph over flat tokens, N = B · T.
 *
 * Inputs: `input_ids`, `positions` (learned positions only) int32 [N] · `batch_shape` int64 [B, T, −1] ·
 * `last_lengths` int32 [B], each row's total length − 1 · `total_length` int32 [1], the longest row ·
 * `output_rows` int64 [R], the flat tokens whose logits are wanted · `inverse_temperature` float32 [1] (with chunk
 * sums) · `past_key_i`, `past_value_i` [B, K, S, D].
 * Outputs: `logits` [R, V] (divided by the temperature with chunk sums), `present_key_i`, `present_value_i`.
 *
 * Linear weights stay [out, in]: Gemm takes them transposed and adds the bias in the same pass.
 */
export function buildDecoder(
  config: ModelConfig,
  weights: ReadonlyMap<string, ParameterValue>,
  options: DecoderOptions,
): OnnxGraph {
  const graph = new GraphBuilder()
  const tables = config.rotary === null ? [] : rotaryTableValues(config, options.positions)
  const weightValues: OnnxValue[] = [...weights].map(([name, { shape }]) => ({
    name,
    type: 'float32',
    shape,
  }))
  const has = (name: string) => weights.has(name)
  let residual = graph.add('Gather', [embeddingName(config), 'input_ids'])
  if (config.rotary === null) {
    residual = graph.add('Add', [residual, graph.add('Gather', ['transformer.wpe.weight', 'positions'])])
  }
  let branch: string | null = null
  for (let layer = 0; layer < config.layers; layer++) {
    const setup = { graph, config, layer, has }
    const before = addNorm(setup, { residual, branch }, normNames(config, layer).attention)
    const attended = addAttention(setup, before.normed)
    const middle = addNorm(
      setup,
      { residual: before.residual, branch: attended },
      normNames(config, layer).feedForward,
    )
    branch = addFeedForward(setup, middle.normed)
    residual = middle.residual
  }
  addHead({ graph, config, layer: config.layers, has }, { residual, branch: branch ?? residual }, options)
  return {
    nodes: graph.nodes,
    inputs: [...decoderInputs(config, options), ...(options.weightsAs === 'inputs' ? weightValues : [])],
    outputs: decoderOutputs(config, options),
    externalWeights: [...(options.weightsAs === 'inputs' ? [] : weightValues), ...tables],
    constants: decoderConstants(config),
  }
}

/** cos and sin of every position and frequency, [positions, Dp / 2]; padded frequencies do not turn (1 and 0). */
function rotaryTableValues(config: ModelConfig, positions: number): OnnxValue[] {
  const shape = [positions, paddedHeadWidth(config) / 2]
  return ['cos_table', 'sin_table'].map((name) => ({ name, type: 'float32', shape }))
}

function normNames(config: ModelConfig, layer: number) {
  const at = layerPrefix(config, layer)
  return config.family === 'gpt2'
    ? { attention: `${at}.ln_1`, feedForward: `${at}.ln_2` }
    : { attention: `${at}.input_layernorm`, feedForward: `${at}.post_attention_layernorm` }
}

/** residual + branch, and its norm, in one node. */
function addNorm(
  { graph, config }: LayerSetup,
  { residual, branch }: { readonly residual: string; readonly branch: string | null },
  name: string,
): { normed: string; residual: string } {
  const isRms = config.norm.kind === 'rmsNorm'
  const attributes: Attributes = { epsilon: { float: config.norm.epsilon } }
  const weights = isRms ? [`${name}.weight`] : [`${name}.weight`, `${name}.bias`]
  if (branch === null) {
    const op = isRms ? 'SimplifiedLayerNormalization' : 'LayerNormalization'
    return { normed: graph.add(op, [residual, ...weights], { ...attributes, axis: { int: -1 } }), residual }
  }
  const normed = graph.fresh()
  const sum = graph.fresh()
  graph.addNamed({
    op: isRms ? 'SkipSimplifiedLayerNormalization' : 'SkipLayerNormalization',
    domain: 'com.microsoft',
    inputs: [residual, branch, ...weights],
    outputs: [normed, '', '', sum],
    attributes,
  })
  return { normed, residual: sum }
}

/** x · Wᵀ + b of [N, in], W [out, in]. */
function addLinear({ graph, has }: LayerSetup, input: string, name: string): string {
  const bias = has(`${name}.bias`) ? [`${name}.bias`] : []
  return graph.add('Gemm', [input, `${name}.weight`, ...bias], { transB: { int: 1 } })
}

function addAttention(setup: LayerSetup, input: string): string {
  const { graph, config, layer } = setup
  const at = layerPrefix(config, layer)
  const projected = config.queryKeyNorm
    ? ['q', 'k', 'v'].map((head) => addHeadProjection(setup, input, head))
    : [graph.add('Reshape', [addLinear(setup, input, `${at}.qkv`), 'batch_shape']), '', '']
  const output = graph.fresh()
  const tables = config.rotary === null ? [] : ['cos_table', 'sin_table']
  graph.addNamed({
    op: 'GroupQueryAttention',
    domain: 'com.microsoft',
    inputs: [
      ...projected,
      `past_key_${layer}`,
      `past_value_${layer}`,
      'last_lengths',
      'total_length',
      ...tables,
    ],
    outputs: [output, `present_key_${layer}`, `present_value_${layer}`],
    attributes: {
      num_heads: { int: config.queryHeads },
      kv_num_heads: { int: config.keyValueHeads },
      do_rotary: { int: config.rotary === null ? 0 : 1 },
      scale: { float: 1 / Math.sqrt(config.headWidth) },
    },
  })
  return addLinear(setup, graph.add('Reshape', [output, 'flat_shape']), `${at}.o`)
}

/** One of q, k, v by itself, with Qwen3's RMS norm over each head of q and k. */
function addHeadProjection(setup: LayerSetup, input: string, head: string): string {
  const { graph, config, layer } = setup
  const at = layerPrefix(config, layer)
  const linear = addLinear(setup, input, `${at}.${head}`)
  if (head === 'v') return graph.add('Reshape', [linear, 'batch_shape'])
  const epsilon = (config.norm.epsilon * config.headWidth) / paddedHeadWidth(config)
  const heads = graph.add('Reshape', [linear, 'head_shape'])
  const normed = graph.add('SimplifiedLayerNormalization', [heads, `${at}.${head}_norm`], {
    axis: { int: -1 },
    epsilon: { float: epsilon },
  })
  return graph.add('Reshape', [normed, 'batch_shape'])
}

function addFeedForward(setup: LayerSetup, input: string): string {
  const { graph, config, layer } = setup
  const at = layerPrefix(config, layer)
  if (config.family === 'gpt2') {
    const hidden = addActivation(graph, addConv1D(graph, input, `${at}.mlp.c_fc`), config.activation)
    return addConv1D(graph, hidden, `${at}.mlp.c_proj`)
  }
  const gate = addActivation(graph, addLinear(setup, input, `${at}.mlp.gate_proj`), config.activation)
  const gated = graph.add('Mul', [gate, addLinear(setup, input, `${at}.mlp.up_proj`)])
  return addLinear(setup, gated, `${at}.mlp.down_proj`)
}

/** GPT-2's linear layer, W [in, out]. */
function addConv1D(graph: GraphBuilder, input: string, name: string): string {
  return graph.add('Gemm', [input, `${name}.weight`, `${name}.bias`])
}

function addActivation(graph: GraphBuilder, input: string, activation: Activation): string {
  switch (activation) {
    case 'silu':
      return graph.add('QuickGelu', [input], { alpha: { float: 1 } }, 'com.microsoft')
    case 'gelu':
      return graph.add('Gelu', [input], {}, 'com.microsoft')
    case 'geluTanh':
      return graph.add('FastGelu', [input], {}, 'com.microsoft')
    case 'relu':
      return graph.add('Relu', [input])
  }
}

/** Final norm and head on the wanted tokens alone. */
function addHead(
  setup: LayerSetup,
  { residual, branch }: { readonly residual: string; readonly branch: string },
  options: DecoderOptions,
): void {
  const { graph, config } = setup
  const rows = {
    residual: graph.add('Gather', [residual, 'output_rows']),
    branch: graph.add('Gather', [branch, 'output_rows']),
  }
  const { normed } = addNorm(setup, rows, config.family === 'gpt2' ? 'transformer.ln_f' : 'model.norm')
  const head = config.tiedHead ? embeddingName(config) : headName
  const input = options.chunkSums ? graph.add('Mul', [normed, 'inverse_temperature']) : normed
  const node = { op: 'Gemm', domain: '' as const, attributes: { transB: { int: 1 } } }
  graph.addNamed({ ...node, inputs: [input, head], outputs: ['logits'] })
  if (!options.chunkSums) return
  const softmax = { op: 'Softmax', domain: '' as const, attributes: { axis: { int: -1 } } }
  graph.addNamed({ ...softmax, inputs: ['logits'], outputs: ['probabilities'] })
  const isEven = config.vocabularySize % chunkWidth === 0
  const padded = isEven ? 'probabilities' : graph.add('Pad', ['probabilities', 'chunk_padding'])
  const chunks = graph.add('Reshape', [padded, 'chunk_shape'])
  graph.addNamed({
    op: 'ReduceSum',
    domain: '',
    inputs: [chunks, 'last_axis'],
    outputs: ['chunk_sums'],
    attributes: { keepdims: { int: 0 } },
  })
}

function decoderInputs(config: ModelConfig, options: DecoderOptions): OnnxValue[] {
  const inputs: OnnxValue[] = [
    { name: 'input_ids', type: 'int32', shape: ['tokens'] },
    { name: 'batch_shape', type: 'int64', shape: [3] },
    { name: 'last_lengths', type: 'int32', shape: ['batch'] },
    { name: 'total_length', type: 'int32', shape: [1] },
    { name: 'output_rows', type: 'int64', shape: ['rows'] },
  ]
  if (config.rotary === null) inputs.push({ name: 'positions', type: 'int32', shape: ['tokens'] })
  if (options.chunkSums) inputs.push({ name: 'inverse_temperature', type: 'float32', shape: [1] })
  return [...inputs, ...cacheValues(config, 'past')]
}

function decoderOutputs(config: ModelConfig, options: DecoderOptions): OnnxValue[] {
  const { vocabularySize } = config
  const outputs: OnnxValue[] = [{ name: 'logits', type: 'float32', shape: ['rows', vocabularySize] }]
  if (options.chunkSums) {
    outputs.push({ name: 'probabilities', type: 'float32', shape: ['rows', vocabularySize] })
    outputs.push({
      name: 'chunk_sums',
      type: 'float32',
      shape: ['rows', Math.ceil(vocabularySize / chunkWidth)],
    })
  }
  return [...outputs, ...cacheValues(config, 'present')]
}

function cacheValues(config: ModelConfig, when: 'past' | 'present'): OnnxValue[] {
  const shape = ['batch', config.keyValueHeads, 'slots', paddedHeadWidth(config)]
  return Array.from({ length: config.layers }, (_, layer) =>
    ['key', 'value'].map((kind): OnnxValue => ({ name: `${when}_${kind}_${layer}`, type: 'float32', shape })),
  ).flat()
}

function decoderConstants(config: ModelConfig): Record<string, number[]> {
  const width = paddedHeadWidth(config)
  const chunks = Math.ceil(config.vocabularySize / chunkWidth)
  return {
    flat_shape: [-1, config.queryHeads * width],
    head_shape: [-1, width],
    chunk_shape: [-1, chunks, chunkWidth],
    chunk_padding: [0, 0, 0, chunks * chunkWidth - config.vocabularySize],
    last_axis: [-1],
  }
}
