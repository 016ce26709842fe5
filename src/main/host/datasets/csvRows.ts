import { Readable } from 'node:stream'
import type { CsvError } from 'csv-parse'
import { parse } from 'csv-parse'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { DatasetTable, PlacedRow } from './placedRow.ts'
import { mebibytes, readingLimits } from './readingLimits.ts'
import { withStart, type TextSource } from './textSource.ts'

const delimiters = [',', ';', '\t', '|'] as const
/** Excel keeps no more characters of a cell. */
const excelCell = 32_767

/**
 * Rows of a CSV file. Cells are separated by what its header holds most of (comma, semicolon, tab, bar), or
 * by what a first line `sep=;` names; a line ends with LF, CR LF or CR.
 *
 * @param usual the separator that the extension stands for
 * @throws RecheckError `data.unreadable`, also later by the rows, where a quote leaves open where rows end
 */
export async function openCsv(source: TextSource, name: string, usual: ',' | '\t'): Promise<DatasetTable> {
  const { start, chunks } = await withStart(source.chunks)
  const separatorLine = /^"?sep=(.)"?(?:\r\n|\n|\r)/i.exec(start)
  const delimiter = separatorLine?.[1] ?? delimiterOf(start, usual)
  const records = readRecords(withoutStart(chunks, separatorLine?.[0].length ?? 0), {
    name,
    delimiter,
    linesBefore: separatorLine === null ? 0 : 1,
  })
  const header = await records.next()
  const columns =
    header.done === true || header.value.kind === 'bad' ? [] : header.value.cells.map((cell) => cell.trim())
  const format = `CSV, ${JSON.stringify(delimiter)} between cells`
  return {
    format: source.encoding === 'UTF-8' ? format : `${format}, ${source.encoding}`,
    columns,
    unread: new Map(),
    rows: (wanted) => tableRows(records, { columns, wanted, name }),
  }
}

/** The separator that the first line holds most of, outside of quotes; the usual one where none leads. */
function delimiterOf(start: string, usual: ',' | '\t'): string {
  const header =
    start
      .replace(/"[^"]*"/g, '')
      .trimStart()
      .split(/[\r\n]/, 1)[0] ?? ''
  const countOf = (delimiter: string): number => header.split(delimiter).length - 1
  return delimiters.reduce<string>((best, other) => (countOf(other) > countOf(best) ? other : best), usual)
}

async function* withoutStart(chunks: AsyncGenerator<string>, length: number): AsyncGenerator<string> {
  let left = length
  for await (const chunk of chunks) {
    yield chunk.slice(left)
    left = Math.max(0, left - chunk.length)
  }
}

/** `line` is where a record ends, from 1. */
type CsvItem =
  | { readonly kind: 'record'; readonly line: number; readonly cells: readonly string[] }
  | { readonly kind: 'bad'; readonly line: number; readonly cause: string; readonly detail: string | null }

interface Reading {
  readonly name: string
  readonly delimiter: string
  readonly linesBefore: number
}

async function* readRecords(chunks: AsyncGenerator<string>, reading: Reading): AsyncGenerator<CsvItem> {
  const { name, delimiter, linesBefore } = reading
  const skipped: CsvItem[] = []
  // of the last whole record, as the parser goes ahead of who reads
  let lastLine = linesBefore
  let width: number | null = null
  const parser = parse({
    delimiter,
    info: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    relax_column_count: true,
    skip_records_with_error: true,
    max_record_size: readingLimits.row,
    on_record: (record: string[], { lines }) => {
      lastLine = lines + linesBefore
      return record
    },
    on_skip: (error: CsvError | undefined) => {
      const line = Number(error?.lines ?? 0) + linesBefore
      if (error?.code !== 'INVALID_OPENING_QUOTE' || error.records === 0)
        throw brokenQuotes(error, { name, lastLine })
      // a record with two such quotes is one bad row
      if (skipped.at(-1)?.line !== line) skipped.push({ kind: 'bad', line, cause: strayQuote, detail: null })
      return undefined
    },
  })
  const input = Readable.from(chunks, { objectMode: false })
  input.on('error', (error) => parser.destroy(error))
  try {
    for await (const { record, info } of input.pipe(parser) as AsyncIterable<CsvRecord>) {
      const line = info.lines + linesBefore
      width ??= record.length
      yield record.length === width
        ? { kind: 'record', line, cells: record }
        : { kind: 'bad', line, cause: ragged, detail: `${record.length} instead of ${width}` }
      yield* skipped.splice(0)
    }
    yield* skipped
  } finally {
    input.destroy()
  }
}

interface CsvRecord {
  readonly record: readonly string[]
  /** `lines`: where the record ends, from 1. */
  readonly info: { readonly lines: number }
}

const ragged = 'another number of cells than columns'
const strayQuote = 'a quote within a cell that does not begin with one'

/** Where quotes are not in pairs it is not known where a row ends: nothing after it can be read. */
function brokenQuotes(
  error: CsvError | undefined,
  place: { readonly name: string; readonly lastLine: number },
): RecheckError {
  const from = `${place.name}:${place.lastLine + 1}`
  switch (error?.code) {
    case 'CSV_MAX_RECORD_SIZE':
      return unreadable(
        from,
        `the row that begins here is longer than ${mebibytes(readingLimits.row)}, perhaps because a quote is left open`,
      )
    case 'CSV_QUOTE_NOT_CLOSED':
      return unreadable(from, 'a quote in the row that begins here is never closed')
    case 'INVALID_OPENING_QUOTE':
      return unreadable(from, `the line of column names has ${strayQuote}`)
    default:
      return unreadable(
        from,
        `the quotes of the row that begins here are not in pairs (${error?.message ?? 'unknown'}). A quote within quotes is written twice`,
      )
  }
}

function unreadable(place: string, reason: string): RecheckError {
  return new RecheckError('data.unreadable', `${place}: cannot be read: ${reason}.`)
}

interface TableReading {
  readonly name: string
  readonly columns: readonly string[]
  readonly wanted: ReadonlySet<string> | null
}

async function* tableRows(
  records: AsyncGenerator<CsvItem>,
  { name, columns, wanted }: TableReading,
): AsyncGenerator<PlacedRow> {
  for await (const item of records) {
    const place = `${name}:${item.line}`
    if (item.kind === 'bad') yield { kind: 'bad', place, cause: item.cause, detail: item.detail }
    else if (item.cells.every((cell) => cell.trim() === '')) yield { kind: 'empty', place }
    else {
      const cells = columns.map((column, i) => [column, item.cells[i]] as const)
      const row = Object.fromEntries(cells.filter(([column]) => wanted === null || wanted.has(column)))
      const isCut = Object.values(row).some((cell) => cell?.length === excelCell)
      yield {
        kind: 'row',
        place,
        row,
        warning: isCut ? `a cell of ${excelCell} characters, where Excel cuts` : null,
      }
    }
  }
}
