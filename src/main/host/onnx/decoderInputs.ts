import { Tensor } from 'onnxruntime-node'
import type { Feeds } from './graphSession.ts'

/** Tokens of one prefill: B rows of T tokens each, padded on the right. */
export interface PaddedRun {
  readonly ids: Int32Array
  readonly batch: number
  /** Each row's total length − 1, cached positions included. */
  readonly lastLengths: Int32Array
  /** Cached positions before the run; more than 0 for single rows only. */
  readonly pastLength: number
  /** Flat tokens whose logits are wanted. */
  readonly outputRows: readonly number[]
}

/**
 * Prompts of different length as rows of T tokens, pads (id 0) on the right; wanted: each prompt's last
 * token.
 */
export function paddedRun(prompts: readonly (readonly number[])[], T: number): PaddedRun {
  const ids = new Int32Array(prompts.length * T)
  prompts.forEach((prompt, row) => ids.set(prompt, row * T))
  return {
    ids,
    batch: prompts.length,
    lastLengths: Int32Array.from(prompts, (prompt) => prompt.length - 1),
    pastLength: 0,
    outputRows: prompts.map((prompt, row) => row * T + prompt.length - 1),
  }
}

/** Added to the score of a cached position that does not count: its weight becomes exactly 0. */
const masked = -1e9

/** Feeds of a decoding step of some number of rows: made once, only the numbers inside change. */
export class StepInputs {
  readonly rows: number
  readonly feeds: Feeds
  readonly #slotLength: number
  readonly #ids: Int32Array
  readonly #positions: BigInt64Array
  readonly #mask: Float32Array

  /** @param slotLength S, positions of a slot */
  constructor(rows: number, slotLength: number, fixed: Feeds) {
    this.rows = rows
    this.#slotLength = slotLength
    this.#ids = new Int32Array(rows)
    this.#positions = new BigInt64Array(rows)
    this.#mask = new Float32Array(rows * slotLength)
    this.feeds = {
      ...fixed,
      input_ids: int32(this.#ids),
      positions: new Tensor('int64', this.#positions, [rows, 1]),
      mask: new Tensor('float32', this.#mask, [rows, 1, 1, 1, slotLength]),
      softmax_parts: int64([1, slotLength]),
    }
  }

  /** Rows beyond those given are idle: no cached position counts. */
  fill(ids: Int32Array, lengths: Int32Array): void {
    this.#ids.fill(0).set(ids)
    this.#positions.fill(0n)
    this.#mask.fill(masked)
    for (const [row, length] of lengths.entries()) {
      this.#positions[row] = BigInt(length)
      const start = row * this.#slotLength
      this.#mask.fill(0, start, start + length)
    }
  }
}

export function int32(values: Int32Array): Tensor {
  return new Tensor('int32', values, [values.length])
}

export function int64(values: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), [values.length])
}
