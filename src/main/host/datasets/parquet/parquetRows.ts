import { open, type FileHandle } from 'node:fs/promises'
import { RecheckError } from '../../../../shared/errors/recheckError.ts'
import { quoted } from '../../../../shared/text/shortened.ts'
import type { DatasetTable, PlacedRow } from '../placedRow.ts'
import { mebibytes, readingLimits } from '../readingLimits.ts'
import { cellOf } from './parquetCells.ts'
import { readParquetLayout, type ParquetColumn, type ParquetLayout, type RowGroup } from './parquetFile.ts'
import { HeldBytes, readPages, type CellPage } from './parquetPages.ts'
import { ParquetError } from './parquetError.ts'

/**
 * Rows of a Parquet file, page by page: of each column that is wanted one page is in memory. hyparquet reads
 * the metadata and the page headers; pages are decompressed and their values read here, so that no claim of a
 * file takes more memory than the limits and every number stays exact.
 *
 * @param name of the file in messages
 * @throws RecheckError `data.unreadable`, also later by the rows
 */
export async function openParquet(path: string, name: string): Promise<DatasetTable> {
  const layout = await reading(name, async () => {
    const file = await open(path)
    try {
      return await readParquetLayout(file)
    } finally {
      await file.close()
    }
  })
  return {
    format: 'Parquet',
    columns: layout.columns.map((column) => column.name),
    unread: new Map(
      layout.columns.flatMap(({ name: column, unread }) =>
        unread === null ? [] : [[column, unread] as const],
      ),
    ),
    rows: (wanted) => rowsOf(path, name, { ...layout, columns: readableOf(layout, wanted) }),
  }
}

function readableOf(
  { columns }: ParquetLayout,
  wanted: ReadonlySet<string> | null,
): readonly ParquetColumn[] {
  return columns.filter((column) => column.unread === null && (wanted === null || wanted.has(column.name)))
}

async function* rowsOf(path: string, name: string, layout: ParquetLayout): AsyncGenerator<PlacedRow> {
  if (layout.columns.length === 0)
    throw new RecheckError('data.unreadable', `${name}: it has no column of text or numbers.`)
  const file = await open(path)
  const held = new HeldBytes()
  let row = 1
  try {
    for (const group of layout.groups) {
      const cursors = await reading(name, async () =>
        layout.columns.map(
          (column) => new ColumnCursor(pagesOf(file, column, { group, layout, held }), column),
        ),
      )
      for (let left = group.rows; left > 0;) {
        const ready = await reading(name, () => rowsReady(cursors))
        for (let i = 0; i < ready; i++) yield placedRow(cursors, `${name}:${row++}`)
        left -= ready
      }
      // reads on to where each column must end, and releases its last page
      await reading(name, () => rowsReady(cursors))
    }
  } finally {
    await file.close()
  }
}

interface GroupSource {
  readonly group: RowGroup
  readonly layout: ParquetLayout
  readonly held: HeldBytes
}

function pagesOf(
  file: FileHandle,
  column: ParquetColumn,
  { group, layout, held }: GroupSource,
): AsyncGenerator<CellPage> {
  const chunk = group.chunks.get(column.name)
  if (chunk === undefined) throw new ParquetError(`a row group has no column ${quoted(column.name)}`)
  return readPages({ file, column, chunk, rows: group.rows, end: layout.end, held })
}

/** How many rows all columns have in memory; 0 at the end of their row group. */
async function rowsReady(cursors: readonly ColumnCursor[]): Promise<number> {
  let ready = Infinity
  // one after another: a second failure has nobody who waits for it
  for (const cursor of cursors) ready = Math.min(ready, await cursor.fill())
  return ready
}

/** Walks through the cells of one column of a row group. */
class ColumnCursor {
  readonly column: ParquetColumn
  readonly #pages: AsyncGenerator<CellPage>
  #page: CellPage | null = null
  #row = 0
  #value = 0
  /** Cells of dictionary entries met so far: a text that stands in many rows is one text. */
  #entries: unknown[] = []

  constructor(pages: AsyncGenerator<CellPage>, column: ParquetColumn) {
    this.#pages = pages
    this.column = column
  }

  /** Reads the next page where this one is used up. @returns cells that are in memory; 0 at the end */
  async fill(): Promise<number> {
    if (this.#page !== null && this.#row < this.#page.rows) return this.#page.rows - this.#row
    const next = await this.#pages.next()
    this.#page = next.done === true ? null : next.value
    this.#row = 0
    this.#value = 0
    return this.#page?.rows ?? 0
  }

  /** The cell of the next row, null where it has none; bytes of the page behind it. */
  next(): { readonly cell: unknown; readonly bytes: number } {
    const page = this.#page
    const row = this.#row++
    if (page === null || page.present?.[row] === 0) return { cell: null, bytes: 0 }
    const index = this.#value++
    const raw = page.values.at(index)
    const bytes = raw instanceof Uint8Array ? raw.length : 8
    if (bytes > readingLimits.row) return { cell: null, bytes }
    const entry = page.values.entries?.[index]
    if (entry === undefined) return { cell: cellOf(raw, this.column.type), bytes }
    this.#entries[entry] ??= cellOf(raw, this.column.type)
    return { cell: this.#entries[entry], bytes }
  }
}

function placedRow(cursors: readonly ColumnCursor[], place: string): PlacedRow {
  const cells = cursors.map((cursor) => ({ name: cursor.column.name, ...cursor.next() }))
  const bytes = cells.reduce((sum, cell) => sum + cell.bytes, 0)
  if (bytes > readingLimits.row)
    return {
      kind: 'bad',
      place,
      cause: `longer than ${mebibytes(readingLimits.row)}`,
      detail: mebibytes(bytes),
    }
  return { kind: 'row', place, row: Object.fromEntries(cells.map(({ name, cell }) => [name, cell])) }
}

/** @throws RecheckError `data.unreadable` for whatever the file makes fail */
async function reading<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    // what a decoder throws says little about the file
    const reason = thrown instanceof ParquetError ? message : `it is damaged, or not complete (${message})`
    throw new RecheckError('data.unreadable', `${name}: cannot be read as Parquet: ${reason}.`)
  }
}
