import { forkRandom } from '../random.ts'
import type { Problem } from './problem.ts'

/** Where in the data a run stands: all that is needed to go on as if it had never stopped. */
export interface BatchCursor {
  readonly epoch: number
  /** Items already taken in this epoch. */
  readonly taken: number
}

const firstCursor: BatchCursor = { epoch: 0, taken: 0 }

/**
 * Batches without replacement within an epoch, in an order fixed by the seed and the epoch's number. A last
 * partial batch is dropped, as in A*-PO's reference code, so that every step sees equally many.
 */
export class Batches<Item> {
  readonly #items: readonly Item[]
  readonly #seed: number
  readonly #label: string
  #epoch: number
  #taken: number
  #order: readonly Item[]

  /** @param label of the random stream that orders them */
  constructor(items: readonly Item[], seed: number, cursor: BatchCursor, label: string) {
    if (cursor.taken > items.length) {
      throw new RangeError(
        `ProblemBatches: the cursor has taken ${cursor.taken} problems, but there are only ${items.length}; ` +
          'was the run started with other data?',
      )
    }
    this.#items = items
    this.#seed = seed
    this.#label = label
    this.#epoch = cursor.epoch
    this.#taken = cursor.taken
    this.#order = this.#shuffle()
  }

  get cursor(): BatchCursor {
    return { epoch: this.#epoch, taken: this.#taken }
  }

  next(count: number): readonly Item[] {
    const available = this.#items.length
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

  #shuffle(): readonly Item[] {
    return forkRandom(this.#seed, this.#label, this.#epoch).shuffled(this.#items)
  }
}

/** The problems of training, batch by batch. */
export class ProblemBatches extends Batches<Problem> {
  constructor(problems: readonly Problem[], seed: number, cursor: BatchCursor = firstCursor) {
    super(problems, seed, cursor, 'problem order')
  }
}
