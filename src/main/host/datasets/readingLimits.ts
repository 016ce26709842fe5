/**
 * What one piece of a data file may take at most, in every format. A file is untrusted: what it claims (a row
 * count, the size of a page, a length) is compared with these and with its real size before memory is spent
 * on it.
 */
export const readingLimits = {
  /**
   * A line, a CSV record, a JSON value or a Parquet row, and with it each of its cells; characters (bytes in
   * Parquet).
   */
  row: 8 * 2 ** 20,
  /** A Parquet page, decompressed; bytes. DuckDB writes pages of 100 MB, other writers of 1 MiB. */
  page: 128 * 2 ** 20,
  /** All decompressed Parquet pages that are held at a time, one of each column read; bytes. */
  heldPages: 256 * 2 ** 20,
  /** Values of one Parquet page. Arrow's largest row group by default is 2²⁰ rows. */
  pageValues: 4 * 2 ** 20,
  /**
   * Metadata at the end of a Parquet file, and the fields and list items in it; a field takes some 100 bytes
   * of memory.
   */
  footer: 16 * 2 ** 20,
  footerElements: 2 ** 20,
  /** One Parquet page header with its statistics, bytes. */
  pageHeader: 2 ** 20,
  /** Files and folders in the folder of a data set. */
  folderEntries: 200_000,
} as const

/** "8 MiB". */
export function mebibytes(bytes: number): string {
  return `${Math.round((bytes / 2 ** 20) * 10) / 10} MiB`
}
