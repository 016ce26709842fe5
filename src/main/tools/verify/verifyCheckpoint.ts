import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import type { VerifyAdamW, VerifyBatch, VerifyEngine } from '../../../core/train/verify/engine.ts'
import { largestDifference, realParts, unpaddedRows } from '../../../core/train/verify/engine.ts'
import { compareAdamW, compareGradients, largest, lossLimit } from './compareStep.ts'
import type { Expectations } from './expectations.ts'
import { storedFloats, storedIds, storedNumber } from './expectations.ts'
import type { VerifyRow } from './verifyRow.ts'
import { verifyRow } from './verifyRow.ts'

const logProbLimit = 2e-4

/** The step behind `adamw.*`. */
const adamW: VerifyAdamW = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }

/**
 * Compares what an engine computes on a checkpoint with the stored numbers: one row per quantity, limits as
 * in the README of the golden data. `parameters` are the checkpoint's own, where the AdamW step starts.
 */
export async function* verifyNumbers(
  engine: VerifyEngine,
  expected: Expectations,
  { batch, parameters }: { readonly batch: VerifyBatch; readonly parameters: ParameterValues },
): AsyncGenerator<VerifyRow> {
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
  yield* compareGradients({ engine: engine.name, expected, prefix: '' }, found.gradients)
}

async function* verifyAdamW(
  engine: VerifyEngine,
  expected: Expectations,
  { batch, parameters }: { readonly batch: VerifyBatch; readonly parameters: ParameterValues },
): AsyncGenerator<VerifyRow> {
  const found = await engine.adamWStep?.(batch, adamW)
  if (found === undefined) return
  const { learningRate } = adamW
  yield* compareAdamW(
    { engine: engine.name, expected, prefix: '' },
    { after: found, start: parameters, learningRate },
  )
}

/** Compares the likeliest tokens after every prompt, one after another. */
export async function* verifyGreedy(
  engine: VerifyEngine,
  expected: Expectations,
  batch: VerifyBatch,
): AsyncGenerator<VerifyRow> {
  if (engine.greedy === undefined) return
  const { ids, shape } = storedIds(expected, 'greedy')
  const prompts = unpaddedRows(batch).map((row) => [...row])
  const found = (await engine.greedy(prompts, shape[1])).flat()
  const differing =
    [...ids].filter((id, index) => id !== found[index]).length + Math.abs(found.length - ids.length)
  yield verifyRow(engine.name, 'greedy ids', { difference: differing, limit: 0 })
}

function worstRow(found: readonly Float32Array[], wanted: readonly Float32Array[]): number {
  if (found.length !== wanted.length) return NaN
  return found.reduce((worst, row, index) => largest(worst, largestDifference(row, wanted[index] ?? [])), 0)
}

function globalNorm(gradients: ParameterValues): number {
  let sum = 0
  for (const { values } of gradients.values()) for (const value of values) sum += value * value
  return Math.sqrt(sum)
}
