import type { Split } from './splitSelection.ts'

/** A file of the folder that is not read. */
export interface SkippedFile {
  readonly name: string
  readonly reason: string
}

/** Rows that are bad for the same reason. */
export interface BadRows {
  readonly cause: string
  readonly rows: number
  /** The first of them, as `file:line`, and what is particular about each. */
  readonly examples: readonly { readonly place: string; readonly detail: string | null }[]
}

/** A row whose problem was read before. */
export interface RepeatedRow {
  readonly place: string
  readonly question: string
  /** Where it was read first. */
  readonly first: string
}

/**
 * What a load of problem files found; every count is of rows, and `rows` is the sum of `used` and the counts
 * of `left`.
 */
export interface DataReport {
  readonly source: string
  readonly files: readonly {
    readonly name: string
    readonly split: Split
    /** As it was read: `CSV, ";" between cells`. */
    readonly format: string
    readonly rows: number
    readonly bad: number
  }[]
  readonly skippedFiles: readonly SkippedFile[]
  readonly rows: number
  /** Each a problem of its own. */
  readonly used: number
  readonly left: {
    /** Cannot be used: see `badRows`. */
    readonly bad: number
    /** Without anything in them. */
    readonly empty: number
    /** The same question and answer again. */
    readonly copies: number
    /** The same question again with another answer: the first answer counts. */
    readonly contradicting: number
    /** In training files, with a problem of a held-out file. */
    readonly overlapping: number
    /** Questions with more tokens than the limit; 0 where no limit was given. */
    readonly longPrompts: number
  }
  readonly badRows: readonly BadRows[]
  /** The first rows that contradict an earlier one, and the two answers. */
  readonly contradictions: readonly (RepeatedRow & { readonly answer: string })[]
  /** The first of the rows whose problem stands in the held-out split `heldOut` as well. */
  readonly overlaps: readonly {
    readonly place: string
    readonly question: string
    readonly heldOut: string
  }[]
  /** Rows that are taken though something is odd about them, by what it is. */
  readonly warnings: Readonly<Record<string, number>>
  /** Whether questions were measured. */
  readonly hasPromptLimit: boolean
  readonly subjects: Readonly<Record<string, number>>
  readonly levels: Readonly<Record<string, number>>
  /** Of what the source's solutions mark their answer with. */
  readonly marker: 'hash' | 'boxed'
}
