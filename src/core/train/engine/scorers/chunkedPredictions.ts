import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import type { GradientSink } from '../../../model/computePlan.ts'
import type { RawOps } from '../../../graph/rawOps.ts'
import { withGradient } from '../../../graph/withGradient.ts'

/** The output head and what is asked of it. N predictions, C width, V vocabulary. */
export interface ChunkedHead {
  readonly ops: RawOps
  readonly head: HeadWeights
  /** Tokens of the vocabulary at a time. */
  readonly chunk: number
  readonly temperature: number
  readonly needsEntropy: boolean
  /** Where the head's gradient goes; null: to the tape. */
  readonly sink: GradientSink | null
}

/** Tokens of the vocabulary, and what has to be there before their weights are read. */
export interface ChunkRange {
  readonly first: number
  readonly count: number
  readonly held: Tensor
}

export interface HeadWeights {
  /** The parameter that holds them. */
  readonly name: string
  readonly vocabularySize: number
  /** [count, C] */
  readonly rows: (range: ChunkRange) => Tensor2D
  /** [V, C]; null: frozen, and only the hidden states have a gradient. */
  readonly trained: Tensor2D | null
}

export interface Predictions {
  /** [N] ln π(target) */
  readonly logProbs: Tensor1D
  /** [N] −Σ p·ln p in nats; null unless asked for. */
  readonly entropy: Tensor1D | null
}

/**
 * Log-probs of the targets without ever having the logits [N, V]: the vocabulary is gone through in chunks,
 * whose largest logits and sums of exponentials are put together at the end; the backward pass computes each
 * chunk's logits again. Every chunk waits for the one before.
 *
 * @param hidden   [N, C], after the final norm
 * @param targets  [N] int32
 */
export function chunkedPredictions(setup: ChunkedHead, hidden: Tensor2D, targets: Tensor1D): Predictions {
  const [N] = hidden.shape
  const { trained } = setup.head
  const both = withGradient(trained === null ? [hidden] : [hidden, trained], (save) => {
    const { value, normaliser } = forward(setup, hidden, targets)
    save([hidden, targets, normaliser, value])
    return { value, gradient: (dy, saved) => backward(setup, dy, saved) }
  })
  const column = (at: number) => both.slice([0, at], [N, 1]).reshape<Tensor1D>([N])
  return { logProbs: column(0), entropy: setup.needsEntropy ? column(1) : null }
}

/** First token and count of every chunk. */
function chunksOf({ head, chunk }: ChunkedHead): { first: number; count: number }[] {
  const V = head.vocabularySize
  return Array.from({ length: Math.ceil(V / chunk) }, (_, i) => ({
    first: i * chunk,
    count: Math.min(chunk, V - i * chunk),
  }))
}

/** [N, count] */
function chunkLogits(
  { ops, head, temperature }: ChunkedHead,
  hidden: Tensor2D,
  range: { first: number; count: number },
): { logits: Tensor2D; weights: Tensor2D } {
  const weights = head.rows({ ...range, held: hidden })
  const logits = ops.matMul(hidden, weights, false, true)
  return { logits: temperature === 1 ? logits : logits.mul(1 / temperature), weights }
}

/** @returns [N, 1 | 2] log-probs and entropy, and ln Σ exp of each row's logits [N, 1] */
function forward(
  setup: ChunkedHead,
  hidden: Tensor2D,
  targets: Tensor1D,
): { value: Tensor2D; normaliser: Tensor } {
  const parts: Tensor[][] = []
  for (const range of chunksOf(setup)) {
    const held = setup.ops.after(hidden, parts.at(-1) ?? [])
    const { logits } = chunkLogits(setup, held, range)
    const { largest, exponentials, total, chosen } = partsOfChunk(logits, targets, range.first)
    const own = [largest, total, chosen]
    if (setup.needsEntropy) own.push(exponentials.mul(logits).sum(1, true))
    parts.push(own)
  }
  const side = (at: number) =>
    tf.concat(
      parts.map((part) => part[at]),
      1,
    ) // [N, chunks]
  const largest = side(0).max(1, true)
  const scales = side(0).sub(largest).exp()
  const total = side(1).mul(scales).sum(1, true)
  const normaliser = total.log().add(largest)
  const logProbs = side(2).sum(1, true).sub(normaliser)
  if (!setup.needsEntropy) return { value: logProbs as Tensor2D, normaliser }
  const entropy = normaliser.sub(side(3).mul(scales).sum(1, true).div(total))
  return { value: tf.concat([logProbs as Tensor2D, entropy as Tensor2D], 1), normaliser }
}

/**
 * What a chunk gives each row: its largest logit, exponentials less that, their sum, and the logit of its
 * target, 0 where that is in another chunk.
 */
export function partsOfChunk(
  logits: Tensor2D,
  targets: Tensor1D,
  first: number,
): { largest: Tensor; exponentials: Tensor; total: Tensor; chosen: Tensor } {
  const largest = logits.max(1, true)
  const exponentials = logits.sub(largest).exp()
  return {
    largest,
    exponentials,
    total: exponentials.sum(1, true),
    chosen: pick(logits, targets, first),
  }
}

/** Each row's logit of its target, 0 where that is in another chunk. @returns [N, 1] */
function pick(logits: Tensor2D, targets: Tensor1D, first: number): Tensor {
  const [N, count] = logits.shape
  const offsets = targets.sub(tf.scalar(first, 'int32'))
  const isInside = tf.logicalAnd(
    offsets.greaterEqual(tf.scalar(0, 'int32')),
    offsets.less(tf.scalar(count, 'int32')),
  )
  const clamped = offsets.maximum(tf.scalar(0, 'int32')).minimum(tf.scalar(count - 1, 'int32'))
  const rows = tf.range(0, N, 1, 'int32').mul(tf.scalar(count, 'int32'))
  const chosen = tf.gather(logits.reshape([N * count]), rows.add(clamped).toInt())
  return chosen.mul(isInside.toFloat()).reshape([N, 1])
}

/** Towards the hidden states [N, C] and the head [V, C]. */
function backward(setup: ChunkedHead, dy: Tensor, saved: readonly Tensor[]): Tensor[] {
  const [hidden, targets, normaliser, value] = saved as [Tensor2D, Tensor1D, Tensor, Tensor2D]
  const { ops, head, sink } = setup
  const towardsRows: Tensor2D[] = []
  let towardsHidden: Tensor2D | null = null
  for (const range of chunksOf(setup)) {
    const held = ops.after(hidden, [towardsHidden ?? dy])
    const { logits, weights } = chunkLogits(setup, held, range)
    const towardsLogits = gradientOfLogits({ logits, targets, normaliser, value }, dy, range.first)
    const scaled = setup.temperature === 1 ? towardsLogits : towardsLogits.mul(1 / setup.temperature)
    const part = ops.matMul(scaled as Tensor2D, weights)
    towardsHidden = towardsHidden === null ? part : towardsHidden.add<Tensor2D>(part)
    if (head.trained === null) continue
    const rows = ops.matMul(scaled as Tensor2D, held, true, false) // [count, C]
    if (sink === null) {
      towardsRows.push(rows)
    } else {
      sink.putRows(head.name, rows, range.first)
      towardsHidden = sink.settle(towardsHidden)
    }
  }
  if (towardsHidden === null) throw new RangeError('chunkedPredictions: a vocabulary of no tokens')
  if (head.trained === null) return [towardsHidden]
  return [towardsHidden, sink === null ? tf.concat(towardsRows, 0) : tf.fill(head.trained.shape, 0)]
}

interface ChunkState {
  readonly logits: Tensor2D
  readonly targets: Tensor1D
  readonly normaliser: Tensor
  readonly value: Tensor2D
}

/** d ln π(target) = 1[target] − p; dH = −p·(ln p + H). @returns [N, count] */
function gradientOfLogits(state: ChunkState, dy: Tensor, first: number): Tensor {
  const [N, count] = state.logits.shape
  const offsets = state.targets.sub(tf.scalar(first, 'int32')).toInt() as Tensor1D
  const isTarget = tf.oneHot(offsets, count).toFloat()
  const logProbs = state.logits.sub(state.normaliser)
  const probabilities = logProbs.exp()
  const byLogProb = isTarget.sub(probabilities).mul(dy.slice([0, 0], [N, 1]))
  if (state.value.shape[1] === 1) return byLogProb
  const entropy = state.value.slice([0, 1], [N, 1])
  const byEntropy = probabilities.mul(logProbs.add(entropy)).mul(dy.slice([0, 1], [N, 1]))
  return byLogProb.sub(byEntropy)
}
