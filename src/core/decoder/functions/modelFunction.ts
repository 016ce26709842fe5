import type { Value } from '../../graph/functionBuilder.ts'
import type { FunctionOps } from '../../graph/functionOps.ts'
import type { Activation, ModelConfig } from '../../model/modelConfig.ts'

/** A model inside a function: its parameters as they are read there, by name. */
export interface ModelInFunction {
  readonly ops: FunctionOps
  readonly config: ModelConfig
  readonly parameters: ReadonlyMap<string, Value>
}

/** A parameter that the model must have. */
export function parameterOf({ parameters }: ModelInFunction, name: string): Value {
  const value = parameters.get(name)
  if (value === undefined) throw new RangeError(`sampler graph: no parameter "${name}"`)
  return value
}

/** x · Wᵀ + b of W [out, in], or x · W + b of GPT-2's [in, out]. [N, in] → [N, out] */
export function addLinear(model: ModelInFunction, x: Value, name: string): Value {
  const { ops, config, parameters } = model
  const product = ops.matMul(x, parameterOf(model, `${name}.weight`), config.family !== 'gpt2')
  const bias = parameters.get(`${name}.bias`)
  return bias === undefined ? product : ops.binary('AddV2', product, bias)
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
