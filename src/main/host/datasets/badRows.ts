import type { BadRows } from '../../../core/data/dataReport.ts'
import { shortened } from '../../../shared/text/shortened.ts'

const examplesKept = 3
/** Causes that are kept apart; a file of noise has no more. */
const causesKept = 20

interface CauseTally {
  rows: number
  readonly examples: { readonly place: string; readonly detail: string | null }[]
}

/**
 * Bad rows by their cause, with the first places of each: one line for one cause, however many rows it
 * spoils.
 */
export class BadRowTally {
  readonly #causes = new Map<string, CauseTally>()

  add({
    place,
    cause,
    detail,
  }: {
    readonly place: string
    readonly cause: string
    readonly detail: string | null
  }): void {
    const key = this.#causes.has(cause) || this.#causes.size < causesKept ? cause : 'other causes'
    const tally = this.#causes.get(key) ?? { rows: 0, examples: [] }
    this.#causes.set(key, tally)
    tally.rows++
    if (tally.examples.length < examplesKept) tally.examples.push({ place, detail })
  }

  /** The most frequent first. */
  list(): readonly BadRows[] {
    return [...this.#causes]
      .map(([cause, { rows, examples }]) => ({ cause, rows, examples }))
      .sort((a, b) => b.rows - a.rows)
  }
}

/** `3 rows: no question in the column "q" (a.csv:2, a.csv:3 and others)`. */
export function badRowsLine({ cause, rows, examples }: BadRows): string {
  const places = examples.map(({ place, detail }) =>
    detail === null ? place : `${place}: ${shortened(detail, 120)}`,
  )
  const more = rows > examples.length ? ' and others' : ''
  return `${rows} ${rows === 1 ? 'row' : 'rows'}: ${cause} (${places.join('; ')}${more})`
}
