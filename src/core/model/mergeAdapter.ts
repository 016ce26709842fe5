import type { AdapterShape } from './adapter.ts'
import { adaptedModules, adapterScale, factorNames } from './adapter.ts'
import type { ModelConfig } from './modelConfig.ts'
import type { ParameterValue, ParameterValues } from './parameterValues.ts'

/** An adapter's settings with its numbers. */
export interface AdapterValues extends AdapterShape {
  /** By factor (`factorNames`). */
  readonly values: ParameterValues
}

/**
 * A model with an adapter merged into it: W + (alpha ÷ rank)·B·A, one matrix at a time, when its values are asked for.
 * Sums in float64, rounded once.
 */
export function mergedParameters(
  config: ModelConfig,
  parameters: ParameterValues,
  adapter: AdapterValues,
): ParameterValues {
  const modules = new Map(
    adaptedModules(config, adapter.targets).map(({ name }) => [`${name}.weight`, factorNames(name)]),
  )
  const factor = (name: string): ParameterValue => {
    const value = adapter.values.get(name)
    if (value === undefined) throw new RangeError(`mergedParameters: the adapter has no "${name}"`)
    return value
  }
  const scale = adapterScale(adapter)
  return new Map(
    [...parameters].map(([name, base]): [string, ParameterValue] => {
      const names = modules.get(name)
      if (names === undefined) return [name, base]
      return [
        name,
        {
          shape: base.shape,
          get values() {
            const pair = { a: factor(names.a), b: factor(names.b) }
            return mergedMatrix(base.values, pair, { scale, transposed: config.family === 'gpt2' })
          },
        },
      ]
    }),
  )
}

interface Merge {
  readonly scale: number
  /** The matrix lies [in, out]. */
  readonly transposed: boolean
}

/** A new matrix: W [out, in] (or [in, out]) + scale · B [out, r] · A [r, in]. */
function mergedMatrix(
  weight: Float32Array,
  { a, b }: { readonly a: ParameterValue; readonly b: ParameterValue },
  { scale, transposed }: Merge,
): Float32Array {
  const [rank, inputs] = a.shape
  const [outputs] = b.shape
  const merged = new Float32Array(weight.length)
  const row = new Float64Array(inputs)
  for (let out = 0; out < outputs; out++) {
    row.fill(0)
    for (let r = 0; r < rank; r++) {
      const factor = b.values[out * rank + r]
      for (let i = 0; i < inputs; i++) row[i] += factor * a.values[r * inputs + i]
    }
    const [first, step] = transposed ? [out, outputs] : [out * inputs, 1]
    for (let i = 0; i < inputs; i++) merged[first + i * step] = weight[first + i * step] + scale * row[i]
  }
  return merged
}
