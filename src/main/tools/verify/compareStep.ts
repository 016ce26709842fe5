import { quoted } from '../../../shared/text/shortened.ts'
import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import { largestDifference, parameterValue } from '../../../core/train/verify/engine.ts'
import type { Expectations } from './expectations.ts'
import { storedFloats, unusable } from './expectations.ts'
import type { VerifyRow } from './verifyRow.ts'
import { verifyRow } from './verifyRow.ts'

export const lossLimit = 1e-4
const adamWLimit = 1e-5
/** Below this a stored gradient is rounding noise, which Adam blows up to a full step in either direction. */
const smallestGradient = 1e-6

/** The stored results that belong together, and who is compared with them. */
export interface StoredStep {
  readonly engine: string
  readonly expected: Expectations
  /** What stands before `grad.` and `adamw.` in the stored names. */
  readonly prefix: string
}

/** Every stored gradient: max |a − b| ≤ 1e-3 · max |b| + 1e-7. */
export function* compareGradients(
  { engine, expected, prefix }: StoredStep,
  gradients: ParameterValues,
): Generator<VerifyRow> {
  for (const [quantity, name] of storedOf(expected, `${prefix}grad.`)) {
    const wanted = storedFloats(expected, quantity)
    requireParameter(expected, quantity, gradients.has(name))
    const difference = largestDifference(parameterValue(gradients, name).values, wanted)
    yield verifyRow(engine, quantity, { difference, limit: 1e-3 * largestMagnitude(wanted) + 1e-7 })
  }
}

/**
 * Every stored parameter after one update from `start`; where the gradient is noise, only the way from the
 * start.
 */
export function* compareAdamW(
  { engine, expected, prefix }: StoredStep,
  found: { readonly after: ParameterValues; readonly start: ParameterValues; readonly learningRate: number },
): Generator<VerifyRow> {
  for (const [quantity, name] of storedOf(expected, `${prefix}adamw.`)) {
    const wanted = storedFloats(expected, quantity)
    const gradient = storedFloats(expected, `${prefix}grad.${name}`)
    requireParameter(expected, quantity, found.after.has(name))
    const after = parameterValue(found.after, name).values
    const start = parameterValue(found.start, name).values
    let difference = after.length === wanted.length ? 0 : NaN
    let drift = 0
    for (let i = 0; i < after.length; i++) {
      if (Math.abs(gradient[i] ?? NaN) < smallestGradient) {
        drift = largest(drift, Math.abs((after[i] ?? NaN) - (start[i] ?? NaN)))
      } else difference = largest(difference, Math.abs((after[i] ?? NaN) - (wanted[i] ?? NaN)))
    }
    yield verifyRow(engine, quantity, { difference, limit: adamWLimit })
    if (drift > 0 || Number.isNaN(drift)) {
      const limit = 2 * found.learningRate
      const what = `${quantity} (gradient < 1e-6: way from the start)`
      yield verifyRow(engine, what, { difference: drift, limit })
    }
  }
}

function requireParameter(expected: Expectations, quantity: string, isThere: boolean): void {
  if (!isThere) throw unusable(expected, `${quoted(quantity)} belongs to no parameter of the model`)
}

/** The larger one; NaN wins. */
export function largest(a: number, b: number): number {
  return Number.isNaN(a) || b <= a ? a : b
}

function storedOf({ tensors }: Expectations, prefix: string): readonly (readonly [string, string])[] {
  const quantities = [...tensors.keys()].filter((name) => name.startsWith(prefix))
  return quantities.map((quantity) => [quantity, quantity.slice(prefix.length)])
}

function largestMagnitude(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}
