import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { ModelConfig } from '../model/config/modelConfig.ts'
import { embeddingName, headName, layerPrefix, sizeOf } from '../model/parameterTable.ts'
import type { ParameterValue, ParameterValues } from '../model/parameterValues.ts'

/**
 * Head width inside the ONNX decoder. GroupQueryAttention rotates heads of a multiple of 16 and takes
 * multiples of 8 otherwise; narrower ones are padded with zeros, which change neither products nor sums.
 */
export function paddedHeadWidth({ headWidth, rotary }: ModelConfig): number {
  const multiple = rotary === null ? 8 : 16
  return Math.ceil(headWidth / multiple) * multiple
}

/**
 * The parameters as the ONNX decoder takes them, by the weight's name in the graph: q, k and v projections
 * packed (unless q/k norms need them apart), heads padded. Arrays that need no change are passed on, not
 * copied.
 */
export function decoderWeights(
  config: ModelConfig,
  parameters: ParameterValues,
): Map<string, ParameterValue> {
  const weights = new Map<string, ParameterValue>()
  const take = (name: string): ParameterValue => parameterOf(parameters, name)
  const keep = (name: string) => weights.set(name, take(name))
  keep(embeddingName(config))
  if (config.family === 'gpt2') keep('transformer.wpe.weight')
  for (let layer = 0; layer < config.layers; layer++) {
    const at = layerPrefix(config, layer)
    const part = config.family === 'gpt2' ? gpt2Layer(config, at, take) : rotaryLayer(config, at, take)
    for (const [name, value] of part) weights.set(name, value)
  }
  if (config.family === 'gpt2')
    keep('transformer.ln_f.weight').set('transformer.ln_f.bias', take('transformer.ln_f.bias'))
  else keep('model.norm.weight')
  if (!config.tiedHead) keep(headName)
  return weights
}

type Take = (name: string) => ParameterValue

function rotaryLayer(config: ModelConfig, at: string, take: Take): [string, ParameterValue][] {
  const result: [string, ParameterValue][] = []
  const keep = (name: string) => result.push([`${at}.${name}`, take(`${at}.${name}`)])
  keep('input_layernorm.weight')
  keep('post_attention_layernorm.weight')
  for (const kind of config.attentionInputBias ? ['weight', 'bias'] : ['weight']) {
    const plainQ = take(`${at}.self_attn.q_proj.${kind}`)
    const q = padRows(config.queryKeyNorm ? plainQ : scaleQueries(plainQ, config), config, 'halves')
    const k = padRows(take(`${at}.self_attn.k_proj.${kind}`), config, 'halves')
    const v = padRows(take(`${at}.self_attn.v_proj.${kind}`), config, 'whole')
    if (config.queryKeyNorm) {
      result.push([`${at}.q.${kind}`, q], [`${at}.k.${kind}`, k], [`${at}.v.${kind}`, v])
    } else {
      result.push([`${at}.qkv.${kind}`, stackRows([q, k, v])])
    }
  }
  if (config.queryKeyNorm) {
    const qNorm = scaleQueries(take(`${at}.self_attn.q_norm.weight`), config)
    result.push([`${at}.q_norm`, padHeadNorm(qNorm, config)])
    result.push([`${at}.k_norm`, padHeadNorm(take(`${at}.self_attn.k_norm.weight`), config)])
  }
  result.push([`${at}.o.weight`, padColumns(take(`${at}.self_attn.o_proj.weight`), config)])
  if (config.attentionOutputBias) result.push([`${at}.o.bias`, take(`${at}.self_attn.o_proj.bias`)])
  for (const name of ['gate_proj', 'up_proj', 'down_proj']) {
    keep(`mlp.${name}.weight`)
    if (config.feedForwardBias) keep(`mlp.${name}.bias`)
  }
  return result
}

/** GPT-2 keeps its linear weights as [in, out]; they become [out, in] only where heads must be padded. */
function gpt2Layer(config: ModelConfig, at: string, take: Take): [string, ParameterValue][] {
  const result: [string, ParameterValue][] = []
  for (const name of ['ln_1', 'ln_2', 'mlp.c_fc', 'mlp.c_proj']) {
    result.push([`${at}.${name}.weight`, take(`${at}.${name}.weight`)])
    result.push([`${at}.${name}.bias`, take(`${at}.${name}.bias`)])
  }
  for (const kind of ['weight', 'bias']) {
    const plain = take(`${at}.attn.c_attn.${kind}`)
    const scaled = scaleQueries(kind === 'weight' ? transpose(plain) : plain, config)
    result.push([`${at}.qkv.${kind}`, padRows(scaled, config, 'whole')])
  }
  result.push([`${at}.o.weight`, padColumns(transpose(take(`${at}.attn.c_proj.weight`)), config)])
  result.push([`${at}.o.bias`, take(`${at}.attn.c_proj.bias`)])
  return result
}

/** The first H · D rows (of q, or of packed q, k, v) times 1/√D, so that neither graph scales scores. */
function scaleQueries({ shape, values }: ParameterValue, config: ModelConfig): ParameterValue {
  const scale = 1 / Math.sqrt(config.headWidth)
  const columns = shape.length === 1 ? 1 : shape[1]
  const end = config.queryHeads * config.headWidth * columns
  return { shape, values: values.map((value, at) => (at < end ? value * scale : value)) }
}

/**
 * Heads of D rows each, [heads · D, …], to heads of Dp rows; rotary heads have each half padded by itself.
 */
function padRows(value: ParameterValue, config: ModelConfig, how: 'halves' | 'whole'): ParameterValue {
  const from = config.headWidth
  const to = paddedHeadWidth(config)
  if (from === to) return value
  const columns = value.shape.length === 1 ? 1 : value.shape[1]
  const heads = value.shape[0] / from
  const parts = how === 'halves' ? 2 : 1
  const padded = new Float32Array(heads * to * columns)
  const { values } = value
  for (let part = 0; part < heads * parts; part++) {
    const start = ((part * from) / parts) * columns
    padded.set(values.subarray(start, start + (from / parts) * columns), ((part * to) / parts) * columns)
  }
  return { shape: [heads * to, ...value.shape.slice(1)], values: padded }
}

/** Columns of the output projection, [C, H · D] → [C, H · Dp], to meet the padded values. */
function padColumns(value: ParameterValue, config: ModelConfig): ParameterValue {
  const from = config.headWidth
  const to = paddedHeadWidth(config)
  if (from === to) return value
  const [rows, columns] = value.shape
  const heads = columns / from
  const padded = new Float32Array(rows * heads * to)
  const { values } = value
  for (let block = 0; block < rows * heads; block++) {
    padded.set(values.subarray(block * from, (block + 1) * from), block * to)
  }
  return { shape: [rows, heads * to], values: padded }
}

/**
 * The norm over Dp elements of which Dp − D are zero: mean of squares shrinks by D / Dp, so weight and ε make
 * up for it.
 */
function padHeadNorm(value: ParameterValue, config: ModelConfig): ParameterValue {
  const ratio = Math.sqrt(config.headWidth / paddedHeadWidth(config))
  const padded = padRows(value, config, 'halves')
  return { shape: padded.shape, values: padded.values.map((weight) => weight * ratio) }
}

function stackRows(parts: readonly ParameterValue[]): ParameterValue {
  const rows = parts.reduce((sum, part) => sum + part.shape[0], 0)
  const shape = [rows, ...parts[0].shape.slice(1)]
  const values = new Float32Array(sizeOf(shape))
  let at = 0
  for (const part of parts) {
    values.set(part.values, at)
    at += sizeOf(part.shape)
  }
  return { shape, values }
}

/** [R, C] → [C, R] in blocks that stay in the cache. */
function transpose({ shape, values }: ParameterValue): ParameterValue {
  const [rows, columns] = shape
  const block = 32
  const result = new Float32Array(values.length)
  for (let top = 0; top < rows; top += block) {
    for (let left = 0; left < columns; left += block) {
      for (let row = top; row < Math.min(top + block, rows); row++) {
        for (let column = left; column < Math.min(left + block, columns); column++) {
          result[column * rows + row] = values[row * columns + column]
        }
      }
    }
  }
  return { shape: [columns, rows], values: result }
}

function parameterOf(parameters: ParameterValues, name: string): ParameterValue {
  const value = parameters.get(name)
  if (value !== undefined) return value
  throw new RecheckError(
    'sampler.parameter',
    `sampler: expected a parameter "${name}", got ${parameters.size} others. Are these the parameters of this model?`,
  )
}
