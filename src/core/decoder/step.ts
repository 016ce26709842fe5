import type { OnnxGraph, OnnxValue } from '../graph/onnxModel.ts'
import type { ModelConfig } from '../model/config/modelConfig.ts'
import { layerPrefix } from '../model/parameterTable.ts'
import { OnnxGraphBuilder } from './graphBuilder.ts'
import { cacheValues, headInputs, headOutputs, rotaryTableValues, weightValues } from './graphParts.ts'
import type { DecoderGraphSetup } from './graphParts.ts'
import { addEmbedding, addHead, addHeadNorm, addLayers, addLinear, layerConstants } from './layers.ts'
import type { LayerSetup } from './layers.ts'
import { paddedHeadWidth } from './weights.ts'

interface NewHeads {
  readonly q: string
  readonly k: string
  readonly v: string
}

/**
 * The decoder over one new token a row. Keys and values of earlier tokens are only read: the new ones come
 * out as a small output that the caller writes into its cache. (GroupQueryAttention returns the whole cache
 * instead, which onnxruntime-node copies with every run: half of a step's time.) The new token takes part in
 * the softmax beside the cached ones; products of one row by a matrix keep each row's arithmetic apart from
 * the others'.
 *
 * Inputs: `input_ids` int32 [B] · `positions` int64 [B, 1] · `mask` float32 [B, 1, 1, 1, S], 0 where a cached
 * position counts and −1e9 where not · `softmax_parts` int64 [2] = [1, S] · `past_key_i`, `past_value_i` [B,
 * K, 1, S, Dp] · `inverse_temperature` float32 [1] for large vocabularies. Outputs: those of the head;
 * `new_caches` [B, 2 · L · K · Dp]: each layer's key, then value.
 */
export function buildStepGraph(setup: DecoderGraphSetup): OnnxGraph {
  const { config, weights } = setup
  const graph = new OnnxGraphBuilder()
  const layers: LayerSetup = { graph, config, has: (name) => weights.has(name) }
  const newCaches: string[] = []
  const flat = config.rotary === null ? graph.add('Reshape', ['positions', 'flat_vector']) : ''
  const stream = addLayers(layers, addEmbedding(layers, flat), (layer, normed) => {
    const heads = addNewHeads(layers, normed, layerPrefix(config, layer))
    newCaches.push(heads.k, heads.v)
    return addAttention(layers, layer, heads)
  })
  addHead(layers, stream)
  graph.addNamed({ op: 'Concat', inputs: newCaches, attributes: { axis: { int: 1 } } }, ['new_caches'])
  const isFed = setup.weightsAs === 'inputs'
  const tables = rotaryTableValues(config, setup.positions)
  return {
    nodes: graph.nodes,
    inputs: [...stepInputs(config), ...(isFed ? weightValues(weights) : [])],
    outputs: [
      ...headOutputs(config),
      { name: 'new_caches', type: 'float32', shape: ['rows', newCacheWidth(config)] },
    ],
    externalWeights: [...(isFed ? [] : weightValues(weights)), ...tables],
    constants: { ...layerConstants(config), ...stepConstants(config) },
  }
}

/** Floats of one row of `new_caches`. */
export function newCacheWidth(config: ModelConfig): number {
  return 2 * config.layers * config.keyValueHeads * paddedHeadWidth(config)
}

/**
 * Projections of the new tokens, keys and queries turned to their positions. q [B, H · Dp], k and v [B, K ·
 * Dp]
 */
function addNewHeads(setup: LayerSetup, normed: string, at: string): NewHeads {
  const { graph, config } = setup
  const split = (input: string, parts: string) =>
    graph.addMany({ op: 'Split', inputs: [input, parts], attributes: { axis: { int: 1 } } }, 2)
  if (config.queryKeyNorm) {
    const [q, k] = ['q', 'k'].map((head) => {
      const heads = addHeadNorm(setup, addLinear(setup, normed, `${at}.${head}`), `${at}.${head}_norm`)
      return addRotary(setup, heads, head === 'q' ? 'q_heads' : 'k_heads')
    })
    return {
      q: graph.add('Reshape', [q, 'q_flat']),
      k: graph.add('Reshape', [k, 'k_flat']),
      v: addLinear(setup, normed, `${at}.v`),
    }
  }
  const [queriesKeys, v] = split(addLinear(setup, normed, `${at}.qkv`), 'qk_and_v')
  const turned =
    config.rotary === null
      ? queriesKeys
      : graph.add('Reshape', [addRotary(setup, queriesKeys, 'qk_heads'), 'qk_flat'])
  const [q, k] = split(turned, 'q_and_k')
  return { q, k, v }
}

/** Heads [.., heads · Dp] turned to `positions`, as [B, 1, heads · Dp]. */
function addRotary({ graph }: LayerSetup, heads: string, shape: string): string {
  const shaped = graph.add('Reshape', [heads, shape])
  return graph.add('RotaryEmbedding', [shaped, 'positions', 'cos_table', 'sin_table'], {}, 'com.microsoft')
}

/** Softmax over the new token and the cached ones; G = H / K queries share a key. → [B, H · Dp] */
function addAttention({ graph }: LayerSetup, layer: number, heads: NewHeads): string {
  const q = graph.add('Reshape', [heads.q, 'grouped']) // [B, K, G, 1, Dp]
  const k = graph.add('Reshape', [heads.k, 'shared']) // [B, K, 1, 1, Dp]
  const v = graph.add('Reshape', [heads.v, 'shared'])
  const transB = { transB: { int: 1 } }
  const past = graph.add('FusedMatMul', [q, `past_key_${layer}`], transB, 'com.microsoft') // [B, K, G, 1, S]
  const own = graph.add('ReduceSum', [graph.add('Mul', [q, k]), 'score_axis']) // [B, K, G, 1, 1]
  const axis = { axis: { int: -1 } }
  const scores = graph.add('Concat', [own, graph.add('Add', [past, 'mask'])], axis)
  const weights = graph.add('Softmax', [scores], axis)
  const [ownWeight, pastWeights] = graph.addMany(
    { op: 'Split', inputs: [weights, 'softmax_parts'], attributes: axis },
    2,
  )
  const fromPast = graph.add('MatMul', [pastWeights, `past_value_${layer}`]) // [B, K, G, 1, Dp]
  const attended = graph.add('Add', [fromPast, graph.add('Mul', [ownWeight, v])])
  return graph.add('Reshape', [attended, 'q_flat'])
}

function stepInputs(config: ModelConfig): OnnxValue[] {
  const cacheShape = ['rows', config.keyValueHeads, 1, 'slots', paddedHeadWidth(config)]
  return [
    { name: 'input_ids', type: 'int32', shape: ['rows'] },
    { name: 'positions', type: 'int64', shape: ['rows', 1] },
    { name: 'mask', type: 'float32', shape: ['rows', 1, 1, 1, 'slots'] },
    { name: 'softmax_parts', type: 'int64', shape: [2] },
    ...headInputs(config),
    ...cacheValues(config, 'past', cacheShape),
  ]
}

function stepConstants(config: ModelConfig): Record<string, number[]> {
  const { queryHeads: H, keyValueHeads: K } = config
  const D = paddedHeadWidth(config)
  const constants: Record<string, number[]> = {
    grouped: [-1, K, H / K, 1, D],
    shared: [-1, K, 1, 1, D],
    q_flat: [-1, H * D],
    score_axis: [-1],
  }
  if (config.rotary === null) constants.flat_vector = [-1]
  if (config.queryKeyNorm) {
    return { ...constants, q_heads: [-1, 1, H * D], k_heads: [-1, 1, K * D], k_flat: [-1, K * D] }
  }
  constants.qk_and_v = [(H + K) * D, K * D]
  constants.q_and_k = [H * D, K * D]
  if (config.rotary !== null) {
    constants.qk_heads = [-1, 1, (H + K) * D]
    constants.qk_flat = [-1, (H + K) * D]
  }
  return constants
}
