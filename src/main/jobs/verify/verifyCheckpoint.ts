import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import type { VerifyAdamW, VerifyBatch, VerifyEngine } from '../../../core/train/verifyEngine.ts'
import {
  largestDifference,
  parameterValue,
  realParts,
  unpaddedRows,
} from '../../../core/train/verifyEngine.ts'
import type { Expectations } from './expectations.ts'
import { storedBatch, storedFloats, storedIds, storedNumber } from './expectations.ts'
import type { VerifyRow } from './verifyRow.ts'
import { verifyRow } from './verifyRow.ts'

const logProbLimit = 2e-4
const lossLimit = 1e-4
const adamWLimit = 1e-5
/** Below this a stored gradient is rounding noise, which Adam blows up to a full step in either direction. */
const smallestGradient = 1e-6

/** The step behind `adamw.*`. */
const adamW: VerifyAdamW = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }

/**
 * Compares what an engine computes on a checkpoint with the stored numbers: one row per quantity, limits as in the
 * README of the golden data. `parameters` are the checkpoint's own, where the AdamW step starts.
 */
export async function* verifyNumbers(
  engine: VerifyEngine,
  expected: Expectations,
  parameters: ParameterValues,
): AsyncGenerator<VerifyRow> {
  const batch = storedBatch(expected)
  yield* verifyForward(engine, expected, batch)
  yield* verifyGradients(engine, expected, batch)
  yield* verifyAdamW(engine, expected, { batch, parameters })
  for (const { quantity, ...check } of (await engine.selfChecks?.(batch)) ?? []) {
    yield verifyRow(engine.name, quantity, check)
  }
}

async function* verifyForward(
  engine: VerifyEngine,
  expected: Expectations,
  batch: VerifyBatch,
): AsyncGenerator<VerifyRow> {
  const found = await engine.logits?.(batch)
  if (found !== undefined) {
    const stored = storedFloats(expected, 'logits')
    const wanted = realParts(batch, stored, stored.length / batch.ids.length)
    yield verifyRow(engine.name, 'logits', { difference: worstRow(found, wanted), limit: logProbLimit })
  }
  const logProbs = await engine.tokenLogProbs?.(batch)
  if (logProbs !== undefined) {
    const difference = worstRow(logProbs, storedLogProbs(expected, batch))
    yield verifyRow(engine.name, 'token log-probs', { difference, limit: logProbLimit })
  }
}

/** Stored as [rows, length − 1]; pads stand at the left. */
function storedLogProbs(expected: Expectations, batch: VerifyBatch): readonly Float32Array[] {
  const stored = storedFloats(expected, 'token_logprobs')
  const width = batch.length - 1
  return unpaddedRows(batch).map((row, index) =>
    stored.slice((index + 1) * width - (row.length - 1), (index + 1) * width),
  )
}

async function* verifyGradients(
  engine: VerifyEngine,
  expected: Expectations,
  batch: VerifyBatch,
): AsyncGenerator<VerifyRow> {
  const found = await engine.lossAndGradients?.(batch)
  if (found === undefined) return
  const lossDifference = Math.abs(found.loss - storedNumber(expected, 'loss'))
  yield verifyRow(engine.name, 'loss', { difference: lossDifference, limit: lossLimit })
  const norm = storedNumber(expected, 'grad_norm')
  const normDifference = Math.abs(globalNorm(found.gradients) - norm)
  yield verifyRow(engine.name, 'gradient norm', { difference: normDifference, limit: 1e-3 * norm })
  for (const [quantity, name] of storedOf(expected, 'grad.')) {
    const wanted = storedFloats(expected, quantity)
    const difference = largestDifference(parameterValue(found.gradients, name).values, wanted)
    yield verifyRow(engine.name, quantity, { difference, limit: 1e-3 * largestMagnitude(wanted) + 1e-7 })
  }
}

async function* verifyAdamW(
  engine: VerifyEngine,
  expected: Expectations,
  { batch, parameters }: { readonly batch: VerifyBatch; readonly parameters: ParameterValues },
): AsyncGenerator<VerifyRow> {
  const found = await engine.adamWStep?.(batch, adamW)
  if (found === undefined) return
  for (const [quantity, name] of storedOf(expected, 'adamw.')) {
    const wanted = storedFloats(expected, quantity)
    const gradient = storedFloats(expected, `grad.${name}`)
    const after = parameterValue(found, name).values
    const start = parameterValue(parameters, name).values
    let difference = after.length === wanted.length ? 0 : NaN
    let drift = 0
    for (let i = 0; i < after.length; i++) {
      if (Math.abs(gradient[i] ?? NaN) < smallestGradient) {
        drift = largest(drift, Math.abs((after[i] ?? NaN) - (start[i] ?? NaN)))
      } else difference = largest(difference, Math.abs((after[i] ?? NaN) - (wanted[i] ?? NaN)))
    }
    yield verifyRow(engine.name, quantity, { difference, limit: adamWLimit })
    if (drift > 0 || Number.isNaN(drift)) {
      const limit = 2 * adamW.learningRate
      yield verifyRow(engine.name, `${quantity} (gradient < 1e-6: way from the start)`, {
        difference: drift,
        limit,
      })
    }
  }
}

/** Compares the likeliest tokens after every prompt, one after another. */
export async function* verifyGreedy(engine: VerifyEngine, expected: Expectations): AsyncGenerator<VerifyRow> {
  if (engine.greedy === undefined) return
  const batch = storedBatch(expected)
  const { ids, shape } = storedIds(expected, 'greedy')
  const prompts = unpaddedRows(batch).map((row) => [...row])
  const found = (await engine.greedy(prompts, shape[1])).flat()
  const differing =
    [...ids].filter((id, index) => id !== found[index]).length + Math.abs(found.length - ids.length)
  yield verifyRow(engine.name, 'greedy ids', { difference: differing, limit: 0 })
}

function storedOf({ tensors }: Expectations, prefix: string): readonly (readonly [string, string])[] {
  const quantities = [...tensors.keys()].filter((name) => name.startsWith(prefix))
  return quantities.map((quantity) => [quantity, quantity.slice(prefix.length)])
}

function worstRow(found: readonly Float32Array[], wanted: readonly Float32Array[]): number {
  if (found.length !== wanted.length) return NaN
  return found.reduce((worst, row, index) => largest(worst, largestDifference(row, wanted[index] ?? [])), 0)
}

/** The larger one; NaN wins. */
function largest(a: number, b: number): number {
  return Number.isNaN(a) || b <= a ? a : b
}

function largestMagnitude(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

function globalNorm(gradients: ParameterValues): number {
  let sum = 0
  for (const { values } of gradients.values()) for (const value of values) sum += value * value
  return Math.sqrt(sum)
}
