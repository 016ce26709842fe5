import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { LossInput } from '../../rl/losses/policyLoss.ts'
import type { TokenBatch, TokenRow } from './trainer.ts'

/** Rows of one forward pass, by their numbers in the batch, and the length they are padded to. */
export interface MicroBatch {
  readonly rowNumbers: readonly number[]
  /** Predicted tokens per row, T. */
  readonly bucket: number
}

/** Longest row a bucket list takes: the last bucket's predicted tokens and the first token. */
export function longestRowOfBuckets(buckets: readonly number[], maxPositions: number): number {
  return Math.min(Math.max(...buckets), maxPositions) + 1
}

/** @throws RecheckError `trainer.no-rows`: an update needs something to learn from */
export function requireRows(batch: TokenBatch): void {
  if (batch.rows.length > 0) return
  throw new RecheckError(
    'trainer.no-rows',
    'An update needs at least one row, got none. Skip steps without rollouts.',
  )
}

/**
 * Splits rows into micro-batches: longest first, so that only the last one has rows missing and neighbours
 * share a bucket. The same lengths in the same order are always split the same way.
 *
 * @throws RecheckError `trainer.too-long` for a row that no bucket holds, `trainer.empty-row` for one without
 *   a predicted token
 */
export function splitIntoMicroBatches(
  lengths: readonly number[],
  buckets: readonly number[],
  rowsPerMicroBatch: number,
): MicroBatch[] {
  const order = lengths.map((_, row) => row).sort((a, b) => lengths[b] - lengths[a] || a - b)
  const batches: MicroBatch[] = []
  for (let start = 0; start < order.length; start += rowsPerMicroBatch) {
    const rowNumbers = order.slice(start, start + rowsPerMicroBatch)
    batches.push({ rowNumbers, bucket: bucketFor(lengths[rowNumbers[0]], buckets) })
  }
  const shortest = order.length === 0 ? undefined : lengths[order[order.length - 1]]
  if (shortest !== undefined && shortest < 2) {
    throw new RecheckError(
      'trainer.empty-row',
      `A row has ${shortest} tokens; it needs at least 2 to predict one.`,
    )
  }
  return batches
}

function bucketFor(length: number, buckets: readonly number[]): number {
  const bucket = buckets.find((size) => size >= length - 1)
  if (bucket !== undefined) return bucket
  throw new RecheckError(
    'trainer.too-long',
    `A row has ${length} tokens, the longest this trainer takes is ${Math.max(...buckets) + 1}. ` +
      'Make the trainer for longer rows, or ask for fewer tokens per turn.',
  )
}

/** Token ids at positions t and the tokens they predict, [rows, T] each; 0 in padding. */
export interface PaddedIds {
  readonly ids: Int32Array
  readonly targets: Int32Array
}

export function padIds(rows: readonly Int32Array[], rowCount: number, bucket: number): PaddedIds {
  const ids = new Int32Array(rowCount * bucket)
  const targets = new Int32Array(rowCount * bucket)
  rows.forEach((row, i) => {
    ids.set(row.subarray(0, row.length - 1), i * bucket)
    targets.set(row.subarray(1), i * bucket)
  })
  return { ids, targets }
}

/** Columns of a loss input: T for `token`, 3 for `turn`. */
export function inputWidth(input: LossInput, bucket: number): number {
  return input.per === 'token' ? bucket : 3
}

/** One loss input of the given rows, [rowCount, T | 3], zeros in padding. */
export function padInput(
  rows: readonly TokenRow[],
  input: LossInput,
  size: { readonly rowCount: number; readonly bucket: number },
): Float32Array {
  const width = inputWidth(input, size.bucket)
  const padded = new Float32Array(size.rowCount * width)
  rows.forEach((row, i) => {
    const values = row.inputs[input.name]
    const expected = input.per === 'token' ? row.ids.length - 1 : 3
    if (values === undefined || values.length !== expected) {
      throw new RecheckError(
        'trainer.inputs',
        `Loss input "${input.name}" of a row with ${row.ids.length} tokens: expected ${expected} numbers, ` +
          `got ${values === undefined ? 'none' : values.length}.`,
      )
    }
    padded.set(values, i * width)
  })
  return padded
}
