import type { Value } from '../../graph/functionBuilder.ts'
import type { FunctionOps } from '../../graph/functionOps.ts'
import { factorNames } from '../../model/adapter.ts'
import type { Activation, ModelConfig } from '../../model/config/modelConfig.ts'

/** A model inside a function. */
export interface ModelInFunction {
  readonly ops: FunctionOps
  readonly config: ModelConfig
  /**
   * Its parameters as they are read there, by name; matrices may be of a smaller type than 32-bit floats,
   * 8-bit ones with their channels' `NAME/scale`. With an adapter its factors and `adapter/scale` are among
   * them.
   */
  readonly parameters: ReadonlyMap<string, Value>
}

/** A parameter that the model must have. */
export function parameterOf({ parameters }: ModelInFunction, name: string): Value {
  const value = parameters.get(name)
  if (value === undefined) throw new RangeError(`sampler graph: no parameter "${name}"`)
  return value
}

/**
 * x · Wᵀ + b of W [out, in], or x · W + b of GPT-2's [in, out], and what the module's adapter adds. [N, in] →
 * [N, out]
 */
export function addLinear(model: ModelInFunction, x: Value, name: string): Value {
  const { ops, config, parameters } = model
  const product = addProduct(model, x, `${name}.weight`, config.family !== 'gpt2')
  const bias = parameters.get(`${name}.bias`)
  const whole = bias === undefined ? product : ops.binary('AddV2', product, bias)
  const names = factorNames(name)
  const [a, b] = [parameters.get(names.a), parameters.get(names.b)]
  if (a === undefined || b === undefined) return whole
  const low = ops.matMul(ops.matMul(x, a, true), b, true)
  return ops.binary('AddV2', whole, ops.binary('Mul', low, parameterOf(model, 'adapter/scale')))
}

/**
 * x · Wᵀ or x · W of a matrix by its full name. One kept in less than 32 bits is converted for this product
 * alone, once x is there: the model never stands in memory twice.
 */
export function addProduct(model: ModelInFunction, x: Value, name: string, transposed: boolean): Value {
  const { ops, parameters } = model
  const weight = parameterOf(model, name)
  const product = ops.matMul(x, ops.castAfter(weight, 'float32', x), transposed)
  const scale = parameters.get(`${name}/scale`)
  return scale === undefined ? product : ops.binary('Mul', product, ops.reshape(scale, [1, -1]))
}

/** Output channels of a large matrix that are converted at a time. */
const channelsAtOnce = 16_384

/**
 * x · Wᵀ of a matrix with many rows. Where it is kept in less than 32 bits a part of its rows is converted at
 * a time, each once the product before is there: the 32-bit form of a whole vocabulary would take more than
 * all layers of a small model. [N, C] → [N, rows]
 */
export function addLargeProduct(model: ModelInFunction, x: Value, name: string, rows: number): Value {
  const { ops, parameters } = model
  const weight = parameterOf(model, name)
  if (weight.type === 'float32' || rows <= channelsAtOnce) return addProduct(model, x, name, true)
  const parts: Value[] = []
  for (let first = 0; first < rows; first += channelsAtOnce) {
    const count = Math.min(channelsAtOnce, rows - first)
    const own = ops.sliceAfter(weight, [first, 0], [count, -1], parts.at(-1) ?? x)
    parts.push(ops.matMul(x, ops.cast(own, 'float32'), true))
  }
  const product = ops.concat(parts, 1)
  const scale = parameters.get(`${name}/scale`)
  return scale === undefined ? product : ops.binary('Mul', product, ops.reshape(scale, [1, -1]))
}

/** Rows of a table by number, as 32-bit floats. [N] → [N, C] */
export function addRows(model: ModelInFunction, name: string, numbers: Value): Value {
  const { ops, parameters } = model
  const rows = ops.cast(ops.gather(parameterOf(model, name), numbers), 'float32')
  const scale = parameters.get(`${name}/scale`)
  return scale === undefined ? rows : ops.binary('Mul', rows, ops.gather(scale, numbers))
}

/** The family's norm over the last axis, by the name of its weight without `.weight`. */
export function addNorm(model: ModelInFunction, x: Value, name: string): Value {
  const { ops, config } = model
  const weight = parameterOf(model, `${name}.weight`)
  if (config.norm.kind === 'rmsNorm') return addRmsNorm(model, x, weight)
  const centred = ops.binary('Sub', x, ops.reduce('Mean', x, [-1], true))
  const normed = ops.binary('Mul', centred, inverseDeviation(model, centred))
  return ops.binary('AddV2', ops.binary('Mul', normed, weight), parameterOf(model, `${name}.bias`))
}

export function addRmsNorm(model: ModelInFunction, x: Value, weight: Value): Value {
  const { ops } = model
  return ops.binary('Mul', ops.binary('Mul', x, inverseDeviation(model, x)), weight)
}

/** 1 / √(mean x² + ε) over the last axis, which stays with size 1. */
function inverseDeviation({ ops, config }: ModelInFunction, x: Value): Value {
  const mean = ops.reduce('Mean', ops.unary('Square', x), [-1], true)
  return ops.unary('Rsqrt', ops.binary('AddV2', mean, ops.float(config.norm.epsilon)))
}

/** The block's feed-forward part. [N, C] → [N, C] */
export function addFeedForward(model: ModelInFunction, x: Value, at: string): Value {
  const { ops, config } = model
  if (config.family === 'gpt2') {
    const wide = addActivation(ops, addLinear(model, x, `${at}.mlp.c_fc`), config.activation)
    return addLinear(model, wide, `${at}.mlp.c_proj`)
  }
  const gate = addActivation(ops, addLinear(model, x, `${at}.mlp.gate_proj`), config.activation)
  const gated = ops.binary('Mul', gate, addLinear(model, x, `${at}.mlp.up_proj`))
  return addLinear(model, gated, `${at}.mlp.down_proj`)
}

function addActivation(ops: FunctionOps, x: Value, activation: Activation): Value {
  switch (activation) {
    case 'relu':
      return ops.unary('Relu', x)
    case 'silu':
      return ops.binary('Mul', x, ops.unary('Sigmoid', x))
    case 'gelu': {
      const erf = ops.unary('Erf', ops.binary('Mul', x, ops.float(Math.SQRT1_2)))
      return halfOf(ops, x, erf)
    }
    case 'geluTanh': {
      // √(2/π) · (x + 0.044715 · x³)
      const scale = Math.sqrt(2 / Math.PI)
      const cubic = ops.binary('Mul', ops.unary('Square', x), ops.float(0.044715 * scale))
      const inner = ops.binary('Mul', x, ops.binary('AddV2', cubic, ops.float(scale)))
      return halfOf(ops, x, ops.unary('Tanh', inner))
    }
  }
}

/** ½ · x · (1 + y) */
function halfOf(ops: FunctionOps, x: Value, y: Value): Value {
  return ops.binary('Mul', ops.binary('Mul', x, ops.binary('AddV2', y, ops.float(1))), ops.float(0.5))
}
