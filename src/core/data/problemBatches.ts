import { forkRandom } from '../random.ts'
import type { Problem } from './problem.ts'

/** Where in the data a run stands: all that is needed to go on as if it had never stopped. */
export interface BatchCursor {
  readonly epoch: number
  /** Problems already taken in this epoch. */
  readonly taken: number
}

/**
 * Batches of problems, without replacement within an epoch, in an order fixed by the seed and the epoch's number. A
 * last partial batch is dropped, as in A*-PO's reference code, so that every step sees equally many problems.
 */
export class ProblemBatches {
  readonly #problems: readonly Problem[]
  readonly #seed: number
  #epoch: number
  #taken: number
  #order: readonly Problem[]

  constructor(problems: readonly Problem[], seed: number, cursor: BatchCursor = { epoch: 0, taken: 0 }) {
    if (cursor.taken > problems.length) {
      throw new RangeError(
        `ProblemBatches: the cursor has taken ${cursor.taken} problems, but there are only ${problems.length}; ` +
          'was the run started with other data?',
      )
    }
    this.#problems = problems
    this.#seed = seed
    this.#epoch = cursor.epoch
    this.#taken = cursor.taken
    this.#order = this.#shuffle()
  }

  get cursor(): BatchCursor {
    return { epoch: this.#epoch, taken: this.#taken }
  }

  next(count: number): readonly Problem[] {
    const available = this.#problems.length
    if (!Number.isInteger(count) || count < 1 || count > available) {
      throw new RangeError(`ProblemBatches: expected a batch of 1 to ${available} problems, got ${count}`)
    }
    if (this.#taken + count > available) {
      this.#epoch++
      this.#taken = 0
      this.#order = this.#shuffle()
    }
    const batch = this.#order.slice(this.#taken, this.#taken + count)
    this.#taken += count
    return batch
  }

  #shuffle(): readonly Problem[] {
    return forkRandom(this.#seed, 'problem order', this.#epoch).shuffled(this.#problems)
  }
}
