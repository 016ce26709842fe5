import type { Split } from './splitSelection.ts'

/** What a load of problem files found; every count is of rows. */
export interface DataReport {
  readonly source: string
  readonly files: readonly {
    readonly name: string
    readonly split: Split
    readonly rows: number
    readonly bad: number
  }[]
  readonly rows: number
  readonly bad: number
  /** The first of the bad rows, as `file:line`. */
  readonly badRows: readonly { readonly place: string; readonly reason: string }[]
  /** The first of the rows whose problem stands in the held-out split `heldOut` as well. */
  readonly overlaps: readonly {
    readonly place: string
    readonly question: string
    readonly heldOut: string
  }[]
  readonly overlapping: number
  /** Questions with more tokens than the limit; left out. Null where no limit was given. */
  readonly longPrompts: number | null
  readonly subjects: Readonly<Record<string, number>>
  readonly levels: Readonly<Record<string, number>>
  /** Of what the source's solutions mark their answer with. */
  readonly marker: 'hash' | 'boxed'
}
