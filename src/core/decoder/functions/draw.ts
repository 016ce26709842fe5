import type { Value } from '../../graph/functionBuilder.ts'
import type { FunctionOps } from '../../graph/functionOps.ts'
import { chunkWidth } from '../layers.ts'

/** How tokens are drawn: each its own graph. `top`: from the likeliest, as top-k and top-p say. */
export const drawKinds = ['all', 'greedy', 'top'] as const
export type DrawKind = (typeof drawKinds)[number]

/** The numbers a draw needs beside the logits, one for all rows. */
export interface DrawInputs {
  /** Float32 scalar. */
  readonly inverseTemperature: Value
  /** Int32 scalar: how many of the likeliest tokens; the whole vocabulary where top-k is off. */
  readonly topK: Value
  /** Float32 scalar; 1 = off. */
  readonly topP: Value
}

export interface Drawn {
  /** [B] int64 */
  readonly ids: Value
  /**
   * [B] float32, ln of the probability under the sampling distribution; 0 where greedy, NaN where a logit was
   * not finite.
   */
  readonly logProbs: Value
}

interface DrawFrom {
  readonly uniforms: Value
  readonly inputs: DrawInputs
  readonly vocabularySize: number
}

/**
 * Draws by the inverse of the distribution function, with running sums in float64: one number of a row's
 * stream a token, the same token that `drawToken` and `drawTokenByChunks` draw with it up to the rounding of
 * probabilities.
 *
 * @param logits    [B, V] float32
 * @param uniforms  [2, B] float32: numbers of [0, 1) in two parts, which add up to one of float64
 */
export function addDraw(
  ops: FunctionOps,
  kind: DrawKind,
  logits: Value,
  { uniforms, inputs, vocabularySize }: DrawFrom,
): Drawn {
  switch (kind) {
    case 'greedy':
      return addGreedy(ops, logits)
    case 'all':
      return addDrawFromAll(ops, logits, { uniforms, inputs, vocabularySize })
    case 'top':
      return addDrawFromTop(ops, logits, { uniforms, inputs, vocabularySize })
  }
}

function addGreedy(ops: FunctionOps, logits: Value): Drawn {
  const highest = ops.reduce('Max', logits, [-1])
  const ids = ops.cast(ops.argMax(logits), 'int64')
  // 0, or NaN where the highest is not a number
  return { ids, logProbs: ops.binary('Sub', highest, highest) }
}

/** The chunk by the running sums of chunks, then the token by those inside it. */
function addDrawFromAll(
  ops: FunctionOps,
  logits: Value,
  { uniforms, inputs, vocabularySize: V }: DrawFrom,
): Drawn {
  const chunks = Math.ceil(V / chunkWidth)
  const weights = weightsOf(ops, logits, inputs)
  const missing = chunks * chunkWidth - V
  const paddings = ops.reshape(ops.ints([0, 0, 0, missing]), [2, 2])
  const padded = missing === 0 ? weights : ops.pad(weights, paddings, ops.float(0))
  const grouped = ops.reshape(padded, [-1, chunks, chunkWidth])
  const sums = ops.cast(ops.reduce('Sum', grouped, [2]), 'float64') // [B, chunks]
  const ends = ops.cumulativeSum(sums, 1)
  const total = ops.slice(ends, [0, chunks - 1], [-1, 1]) // [B, 1]
  const target = ops.binary('Mul', uniformOf(ops, uniforms), total)
  const chunk = addPick(ops, ends, target, total) // [B]
  const before = pickOf(ops, ops.cumulativeSum(sums, 1, true), chunk)
  const inside = ops.reshape(pickOf(ops, grouped, chunk), [-1, chunkWidth])
  const insideEnds = ops.cumulativeSum(ops.cast(inside, 'float64'), 1)
  const insideTotal = ops.slice(insideEnds, [0, chunkWidth - 1], [-1, 1])
  const left = ops.binary('Sub', target, ops.reshape(before, [-1, 1]))
  const token = addPick(ops, insideEnds, left, insideTotal)
  const start = ops.binary('Mul', chunk, ops.cast(ops.int(chunkWidth), 'int64'))
  return {
    ids: ops.binary('AddV2', start, token),
    logProbs: logShare(ops, ops.reshape(pickOf(ops, inside, token), [-1]), total),
  }
}

/**
 * Top-k, then the smallest set of the likeliest whose mass reaches top-p; both in the order of rank, equals
 * by id.
 */
function addDrawFromTop(
  ops: FunctionOps,
  logits: Value,
  { uniforms, inputs, vocabularySize }: DrawFrom,
): Drawn {
  const ranked = addRanking(ops, logits, inputs.topK, vocabularySize)
  const weights = ops.binary(
    'Mul',
    ops.cast(weightsOf(ops, ranked.values, inputs), 'float64'),
    ops.cast(ranked.isAmong, 'float64'),
  )
  const mass = ops.reduce('Sum', weights, [-1], true)
  const wanted = ops.binary('Mul', mass, ops.cast(inputs.topP, 'float64'))
  const isKept = ops.compare('Less', ops.cumulativeSum(weights, 1, true), wanted)
  const kept = ops.binary('Mul', weights, ops.cast(isKept, 'float64'))
  const ends = ops.cumulativeSum(kept, 1)
  const total = ops.reduce('Max', ends, [-1], true)
  const rank = addPick(ops, ends, ops.binary('Mul', uniformOf(ops, uniforms), total), total)
  const weight = ops.reshape(pickOf(ops, ops.cast(kept, 'float32'), rank), [-1])
  const ids = ops.reshape(pickOf(ops, ranked.indices, rank), [-1])
  return { ids: ops.cast(ids, 'int64'), logProbs: logShare(ops, weight, total) }
}

/**
 * The likeliest tokens by rank. XLA wants to know their number as it compiles, which inside a loop it cannot;
 * compiled, the whole vocabulary is ranked and `isAmong` says which count.
 */
function addRanking(
  ops: FunctionOps,
  logits: Value,
  topK: Value,
  vocabularySize: number,
): { values: Value; indices: Value; isAmong: Value } {
  const { isForXla } = ops.builder
  const ranked = ops.topK(logits, isForXla ? ops.int(vocabularySize) : topK)
  const ranks = ops.range(isForXla ? vocabularySize : topK)
  return { values: ranked.values, indices: ranked.indices, isAmong: ops.compare('Less', ranks, topK) }
}

/** exp((logit − highest) / temperature) */
function weightsOf(ops: FunctionOps, logits: Value, { inverseTemperature }: DrawInputs): Value {
  const highest = ops.reduce('Max', logits, [-1], true)
  return ops.unary('Exp', ops.binary('Mul', ops.binary('Sub', logits, highest), inverseTemperature))
}

/** [2, B] → [B, 1] float64 */
function uniformOf(ops: FunctionOps, uniforms: Value): Value {
  return ops.reshape(ops.reduce('Sum', ops.cast(uniforms, 'float64'), [0]), [-1, 1])
}

/**
 * Number of the first running sum above the target, and never one after the sums have reached their last
 * value, where nothing has any weight. [B, n], [B, 1], [B, 1] → [B] int64
 */
function addPick(ops: FunctionOps, ends: Value, target: Value, total: Value): Value {
  const isPassed = ops.both(ops.compare('LessEqual', ends, target), ops.compare('Less', ends, total))
  // counted in float32, which a card adds up where the numbers are; a row has far fewer than 2²⁴
  return ops.cast(ops.reduce('Sum', ops.cast(isPassed, 'float32'), [-1]), 'int64')
}

/** The element (or row) of each row that `numbers` names. [B, n, …], [B] → [B, …] */
function pickOf(ops: FunctionOps, x: Value, numbers: Value): Value {
  return ops.gather(x, ops.expand(numbers, 1), 1, 1)
}

function logShare(ops: FunctionOps, weight: Value, total: Value): Value {
  const whole = ops.reshape(ops.cast(total, 'float32'), [-1])
  const difference = ops.binary('Sub', ops.unary('Log', weight), ops.unary('Log', whole))
  return ops.binary('Minimum', difference, ops.float(0))
}
