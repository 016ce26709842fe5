import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { listed, quoted } from '../../../shared/text/shortened.ts'
import type { ModelConfig } from '../config/modelConfig.ts'
import { parameterShapes } from '../parameterTable.ts'
import { shapeText } from '../safetensors.ts'
import type { GgufTensor } from './ggufHeader.ts'

/** How a tensor of the file becomes the parameter that transformers writes. */
export interface TensorPlan {
  /** Of the parameter, as in `parameterShapes`. */
  readonly name: string
  readonly shape: readonly number[]
  readonly tensor: GgufTensor
  /**
   * `as-is`: same rows · `transposed`: GPT-2's Conv1D keeps [in, out] · `rotary`: llama.cpp has put the two
   * numbers that rotate together side by side in each head; transformers keeps them half a head apart.
   */
  readonly layout: 'as-is' | 'transposed' | 'rotary'
}

const rotaryNames: Readonly<Record<string, string>> = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
}
const gpt2Names: Readonly<Record<string, string>> = {
  ln_1: 'attn_norm',
  'attn.c_attn': 'attn_qkv',
  'attn.c_proj': 'attn_output',
  ln_2: 'ffn_norm',
  'mlp.c_fc': 'ffn_up',
  'mlp.c_proj': 'ffn_down',
}
const otherNames: Readonly<Record<string, string>> = {
  'model.embed_tokens': 'token_embd',
  'model.norm': 'output_norm',
  'transformer.wte': 'token_embd',
  'transformer.wpe': 'position_embd',
  'transformer.ln_f': 'output_norm',
  lm_head: 'output',
}

/** Factors of rotary frequencies: they are in the config. */
export const ropeFactorsName = 'rope_freqs.weight'

/**
 * Finds every parameter of the model in the file and checks its shape; a tensor that is left over is refused.
 *
 * @throws RecheckError `checkpoint.layers`, `checkpoint.missing-tensor`, `checkpoint.shape`,
 *   `checkpoint.unexpected-tensor`
 */
export function planTensors(
  config: ModelConfig,
  tensors: ReadonlyMap<string, GgufTensor>,
  file: string,
): readonly TensorPlan[] {
  checkLayers(config, tensors, file)
  const used = new Set<string>([ropeFactorsName])
  const plans: TensorPlan[] = []
  for (const [name, shape] of parameterShapes(config)) {
    const named = ggufName(name)
    const tensor = tensors.get(named)
    if (tensor === undefined) {
      throw new RecheckError(
        'checkpoint.missing-tensor',
        `${file}: the tensor "${named}" ${shapeText(shape)} is missing. Is the file complete?`,
      )
    }
    const layout = layoutOf(config, name)
    const expected = layout === 'transposed' ? shape.toReversed() : shape
    if (shapeText(tensor.shape) !== shapeText(expected)) {
      throw new RecheckError(
        'checkpoint.shape',
        `${file}: the tensor ${quoted(named)} has shape ${shapeText(tensor.shape)}, its metadata needs ${shapeText(expected)}.`,
      )
    }
    used.add(named)
    plans.push({ name, shape, tensor, layout })
  }
  const left = [...tensors.keys()].filter((name) => !used.has(name))
  if (left.length === 0) return plans
  throw new RecheckError(
    'checkpoint.unexpected-tensor',
    `${file}: ${listed(left)} have no place in a ${config.family} model; leaving them out would change the model.`,
  )
}

/** Before a name is made of the metadata: it may claim a thousand million layers. */
function checkLayers(config: ModelConfig, tensors: ReadonlyMap<string, GgufTensor>, file: string): void {
  let layers = 0
  for (const name of tensors.keys())
    layers = Math.max(layers, Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? -1) + 1)
  if (layers === config.layers) return
  throw new RecheckError(
    'checkpoint.layers',
    `${file}: its metadata says ${config.layers} layers, its tensors have ${layers}. Fetch or copy the file again.`,
  )
}

/** `blk.3.attn_q.weight` of `model.layers.3.self_attn.q_proj.weight`. */
export function ggufName(parameter: string): string {
  const [, owner = '', kind = ''] = /^(.*)\.(weight|bias)$/.exec(parameter) ?? []
  const layer = /^(?:model\.layers|transformer\.h)\.(\d+)\.(.+)$/.exec(owner)
  const name = layer === null ? otherNames[owner] : (rotaryNames[layer[2] ?? ''] ?? gpt2Names[layer[2] ?? ''])
  if (name === undefined) throw new RangeError(`ggufName: no GGUF tensor is known for ${parameter}`)
  return layer === null ? `${name}.${kind}` : `blk.${layer[1]}.${name}.${kind}`
}

/** How llama.cpp keeps a parameter. */
export function layoutOf(config: ModelConfig, parameter: string): TensorPlan['layout'] {
  if (config.family === 'gpt2' && /\.(c_attn|c_proj|c_fc)\.weight$/.test(parameter)) return 'transposed'
  return config.family === 'llama' && /\.(q_proj|k_proj)\.(weight|bias)$/.test(parameter) ? 'rotary' : 'as-is'
}

/**
 * Which row of a head in a llama file is the row of the same head in transformers' order: 0, 2, 4, …, 1, 3,
 * 5, … .
 *
 * @param headWidth  even
 */
export function rotaryRow(row: number, headWidth: number): number {
  const half = headWidth / 2
  return row < half ? 2 * row : 2 * (row - half) + 1
}
