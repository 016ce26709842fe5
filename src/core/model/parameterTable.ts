import type { ModelConfig } from './config/modelConfig.ts'

/** Name of the untied output head in every family. */
export const headName = 'lm_head.weight'

/**
 * Every trainable parameter of a model with its shape, in the order of the forward pass, under the names and
 * in the layout that transformers saves: linear weights [out, in], GPT-2's Conv1D [in, out]. A tied head has
 * no entry.
 */
export function parameterShapes(config: ModelConfig): ReadonlyMap<string, readonly number[]> {
  const known = shapesOfModels.get(config)
  if (known !== undefined) return known
  const shapes = config.family === 'gpt2' ? gpt2Shapes(config) : rotaryShapes(config)
  shapesOfModels.set(config, shapes)
  return shapes
}

/** A memory plan asks for those of one model hundreds of times. */
const shapesOfModels = new WeakMap<ModelConfig, ReadonlyMap<string, readonly number[]>>()

/** Name of the token embedding [V, C]. */
export function embeddingName(config: ModelConfig): string {
  return config.family === 'gpt2' ? 'transformer.wte.weight' : 'model.embed_tokens.weight'
}

/** Name of the output head [V, C]: the token embedding where it is tied. */
export function headOf(config: ModelConfig): string {
  return config.tiedHead ? embeddingName(config) : headName
}

/** Prefix of the names of one decoder layer, without a dot at its end. */
export function layerPrefix(config: ModelConfig, layer: number): string {
  return config.family === 'gpt2' ? `transformer.h.${layer}` : `model.layers.${layer}`
}

export function countParameters(config: ModelConfig): number {
  let total = 0
  for (const shape of parameterShapes(config).values()) total += sizeOf(shape)
  return total
}

/** Elements of a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}

function gpt2Shapes(config: ModelConfig): Map<string, readonly number[]> {
  const { width: C, feedForwardWidth: F, vocabularySize: V, maxPositions } = config
  const shapes = new Map<string, readonly number[]>()
  shapes.set(embeddingName(config), [V, C])
  shapes.set('transformer.wpe.weight', [maxPositions, C])
  for (let layer = 0; layer < config.layers; layer++) {
    const at = layerPrefix(config, layer)
    shapes.set(`${at}.ln_1.weight`, [C]).set(`${at}.ln_1.bias`, [C])
    shapes.set(`${at}.attn.c_attn.weight`, [C, 3 * C]).set(`${at}.attn.c_attn.bias`, [3 * C])
    shapes.set(`${at}.attn.c_proj.weight`, [C, C]).set(`${at}.attn.c_proj.bias`, [C])
    shapes.set(`${at}.ln_2.weight`, [C]).set(`${at}.ln_2.bias`, [C])
    shapes.set(`${at}.mlp.c_fc.weight`, [C, F]).set(`${at}.mlp.c_fc.bias`, [F])
    shapes.set(`${at}.mlp.c_proj.weight`, [F, C]).set(`${at}.mlp.c_proj.bias`, [C])
  }
  shapes.set('transformer.ln_f.weight', [C]).set('transformer.ln_f.bias', [C])
  if (!config.tiedHead) shapes.set(headName, [V, C])
  return shapes
}

function rotaryShapes(config: ModelConfig): Map<string, readonly number[]> {
  const { width: C, feedForwardWidth: F, vocabularySize: V, headWidth: D } = config
  const queryWidth = config.queryHeads * D
  const keyWidth = config.keyValueHeads * D
  const shapes = new Map<string, readonly number[]>()
  const linear = (name: string, shape: readonly [number, number], bias: boolean) => {
    shapes.set(`${name}.weight`, shape)
    if (bias) shapes.set(`${name}.bias`, [shape[0]])
  }
  shapes.set(embeddingName(config), [V, C])
  for (let layer = 0; layer < config.layers; layer++) {
    const at = layerPrefix(config, layer)
    shapes.set(`${at}.input_layernorm.weight`, [C])
    linear(`${at}.self_attn.q_proj`, [queryWidth, C], config.attentionInputBias)
    linear(`${at}.self_attn.k_proj`, [keyWidth, C], config.attentionInputBias)
    linear(`${at}.self_attn.v_proj`, [keyWidth, C], config.attentionInputBias)
    if (config.queryKeyNorm) {
      shapes.set(`${at}.self_attn.q_norm.weight`, [D]).set(`${at}.self_attn.k_norm.weight`, [D])
    }
    linear(`${at}.self_attn.o_proj`, [C, queryWidth], config.attentionOutputBias)
    shapes.set(`${at}.post_attention_layernorm.weight`, [C])
    linear(`${at}.mlp.gate_proj`, [F, C], config.feedForwardBias)
    linear(`${at}.mlp.up_proj`, [F, C], config.feedForwardBias)
    linear(`${at}.mlp.down_proj`, [C, F], config.feedForwardBias)
  }
  shapes.set('model.norm.weight', [C])
  if (!config.tiedHead) shapes.set(headName, [V, C])
  return shapes
}
