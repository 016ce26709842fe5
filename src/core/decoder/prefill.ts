import type { OnnxGraph } from '../graph/onnxModel.ts'
import { layerPrefix } from '../model/parameterTable.ts'
import { OnnxGraphBuilder } from './graphBuilder.ts'
import { cacheValues, headInputs, headOutputs, rotaryTableValues, weightValues } from './graphParts.ts'
import type { DecoderGraphSetup } from './graphParts.ts'
import { addEmbedding, addHead, addHeadNorm, addLayers, addLinear, layerConstants } from './layers.ts'
import type { LayerSetup } from './layers.ts'
import { paddedHeadWidth } from './weights.ts'

/**
 * The decoder over many tokens a row, with ONNX Runtime's GroupQueryAttention: whole prompts of B rows,
 * padded on the right (`past` lengths 0), or more tokens for one row that has a past.
 *
 * Inputs, N = B · T: `input_ids` int32 [N], `positions` int32 [N] (learned positions only) · `batch_shape`
 * int64 [B, T, −1] · `last_lengths` int32 [B], each row's total length − 1 · `total_length` int32 [1], the
 * longest row · `output_rows` int64 [R], the flat tokens whose logits are wanted · `past_key_i`,
 * `past_value_i` [B, K, S, Dp] · `inverse_temperature` float32 [1] for large vocabularies. Outputs: those of
 * the head; `present_key_i`, `present_value_i`, meant to be the memory of the past.
 */
export function buildPrefillGraph(setup: DecoderGraphSetup): OnnxGraph {
  const { config, weights } = setup
  const graph = new OnnxGraphBuilder()
  const layers: LayerSetup = { graph, config, has: (name) => weights.has(name) }
  const stream = addLayers(layers, addEmbedding(layers, 'positions'), (layer, normed) =>
    addAttention(layers, layer, normed),
  )
  addHead(layers, {
    residual: graph.add('Gather', [stream.residual, 'output_rows']),
    branch: stream.branch === null ? null : graph.add('Gather', [stream.branch, 'output_rows']),
  })
  const isFed = setup.weightsAs === 'inputs'
  const tables = rotaryTableValues(config, setup.positions)
  const cacheShape = ['batch', config.keyValueHeads, 'slots', paddedHeadWidth(config)]
  return {
    nodes: graph.nodes,
    inputs: [
      { name: 'input_ids', type: 'int32', shape: ['tokens'] },
      { name: 'batch_shape', type: 'int64', shape: [3] },
      { name: 'last_lengths', type: 'int32', shape: ['batch'] },
      { name: 'total_length', type: 'int32', shape: [1] },
      { name: 'output_rows', type: 'int64', shape: ['rows'] },
      ...(config.rotary === null ? [{ name: 'positions', type: 'int32' as const, shape: ['tokens'] }] : []),
      ...headInputs(config),
      ...cacheValues(config, 'past', cacheShape),
      ...(isFed ? weightValues(weights) : []),
    ],
    outputs: [...headOutputs(config), ...cacheValues(config, 'present', cacheShape)],
    externalWeights: [...(isFed ? [] : weightValues(weights)), ...tables],
    constants: { ...layerConstants(config), flat_shape: [-1, config.queryHeads * paddedHeadWidth(config)] },
  }
}

function addAttention(setup: LayerSetup, layer: number, normed: string): string {
  const { graph, config } = setup
  const isRotary = config.rotary !== null
  const output = graph.fresh()
  const node = {
    op: 'GroupQueryAttention',
    domain: 'com.microsoft' as const,
    inputs: [
      ...addProjections(setup, normed, layerPrefix(config, layer)),
      `past_key_${layer}`,
      `past_value_${layer}`,
      'last_lengths',
      'total_length',
      ...(isRotary ? ['cos_table', 'sin_table'] : []),
    ],
    attributes: {
      num_heads: { int: config.queryHeads },
      kv_num_heads: { int: config.keyValueHeads },
      do_rotary: { int: isRotary ? 1 : 0 },
      // 1/√D is inside the query weights
      scale: { float: 1 },
    },
  }
  graph.addNamed(node, [output, `present_key_${layer}`, `present_value_${layer}`])
  return graph.add('Reshape', [output, 'flat_shape'])
}

/** Query, key and value inputs: packed in the first, or apart where q and k have norms of their own. */
function addProjections(setup: LayerSetup, normed: string, at: string): string[] {
  const { graph, config } = setup
  if (!config.queryKeyNorm)
    return [graph.add('Reshape', [addLinear(setup, normed, `${at}.qkv`), 'batch_shape']), '', '']
  return ['q', 'k', 'v'].map((head) => {
    const linear = addLinear(setup, normed, `${at}.${head}`)
    const heads = head === 'v' ? linear : addHeadNorm(setup, linear, `${at}.${head}_norm`)
    return graph.add('Reshape', [heads, 'batch_shape'])
  })
}
