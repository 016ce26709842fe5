import type { AdapterShape } from './adapter.ts'
import { adapterScale, factorNames } from './adapter.ts'
import type { ModelConfig } from './config/modelConfig.ts'
import type { ParameterValue, ParameterValues } from './parameterValues.ts'

/** An adapter's settings with its numbers. */
export interface AdapterValues extends AdapterShape {
  /** By factor (`factorNames`). */
  readonly values: ParameterValues
}

/**
 * A model with an adapter merged into it: W + (alpha ÷ rank)·B·A, one matrix at a time, when its values are
 * asked for. Sums in float64, rounded once.
 */
export function mergedParameters(
  config: ModelConfig,
  parameters: ParameterValues,
  adapter: AdapterValues,
): ParameterValues {
  const scale = adapterScale(adapter)
  return new Map(
    [...parameters].map(([name, base]): [string, ParameterValue] => {
      const names = factorNames(name.replace(/\.weight$/, ''))
      const [a, b] = [adapter.values.get(names.a), adapter.values.get(names.b)]
      if (a === undefined || b === undefined) return [name, base]
      return [
        name,
        {
          shape: base.shape,
          get values() {
            return mergedMatrix(base.values, { a, b }, { scale, transposed: config.family === 'gpt2' })
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
  const { values: factorA } = a
  const { values: factorB } = b
  const merged = new Float32Array(weight.length)
  const row = new Float64Array(inputs)
  for (let out = 0; out < outputs; out++) {
    row.fill(0)
    for (let r = 0; r < rank; r++) {
      const factor = factorB[out * rank + r]
      for (let i = 0; i < inputs; i++) row[i] += factor * factorA[r * inputs + i]
    }
    const [first, step] = transposed ? [out, outputs] : [out * inputs, 1]
    for (let i = 0; i < inputs; i++) merged[first + i * step] = weight[first + i * step] + scale * row[i]
  }
  return merged
}
