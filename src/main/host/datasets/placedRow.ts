import type { SourceRow } from '../../../core/data/sourceRows.ts'

/**
 * What stands at one place of a file. A place is `file:line`, or `file:row` (from 1) where a format has no
 * lines. `cause` is the same for every row that is bad for the same reason, `detail` is about this row.
 */
export type PlacedRow =
  | {
      readonly kind: 'row'
      readonly place: string
      readonly row: SourceRow
      /** What is odd about a row that is taken all the same. */
      readonly warning?: string | null
    }
  | { readonly kind: 'empty'; readonly place: string }
  | { readonly kind: 'bad'; readonly place: string; readonly cause: string; readonly detail: string | null }

/** The rows of one opened file. */
export interface DatasetTable {
  /** In words: `CSV, ";" between cells, UTF-16LE`. */
  readonly format: string
  /** Names of the columns where the file says them before its first row (CSV, Parquet); null for JSON. */
  readonly columns: readonly string[] | null
  /** Of these columns: those that hold neither text nor numbers, and what they hold. */
  readonly unread: ReadonlyMap<string, string>
  /**
   * Can be read once.
   *
   * @param wanted columns that will be looked at; others may be left out. Null: all
   */
  rows(wanted: ReadonlySet<string> | null): AsyncGenerator<PlacedRow>
}
