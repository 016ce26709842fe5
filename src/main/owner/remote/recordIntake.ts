import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { JobRecord } from '../../wire/attemptFolder.ts'

/** Far more than could come before one that is late. */
const mostHeld = 10_000

/** Puts records into the order of their numbers, each once, whatever order and however often they come. */
export class RecordIntake {
  #next = 1
  readonly #held = new Map<number, JobRecord>()

  /**
   * @returns those whose turn it is now. @throws RecheckError `remote.records` where too many wait for one
   *   that is missing
   */
  take(record: JobRecord): readonly JobRecord[] {
    if (record.number < this.#next) return [] // taken before
    this.#held.set(record.number, record)
    if (this.#held.size > mostHeld) throw missing(this.#next, mostHeld)
    const ready: JobRecord[] = []
    for (let held = this.#held.get(this.#next); held; held = this.#held.get(this.#next)) {
      this.#held.delete(this.#next)
      ready.push(held)
      this.#next++
    }
    return ready
  }

  /**
   * To be called when nothing more will come. @throws RecheckError `remote.records` where records wait for
   * one that never came
   */
  assertComplete(): void {
    if (this.#held.size > 0) throw missing(this.#next, this.#held.size)
  }
}

function missing(number: number, held: number): RecheckError {
  return new RecheckError(
    'remote.records',
    `record ${number} of the trainer is missing, and ${held} after it are there. What came before is stored; resume the run.`,
  )
}
