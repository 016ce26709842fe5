import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import type { CsvError } from 'csv-parse'
import { parse } from 'csv-parse'
import { RecheckError } from '../../../shared/recheckError.ts'
import type { SourceRow } from '../../../core/data/sourceRows.ts'
import { readParquetRows } from './parquetRows.ts'
import { readLines } from './textLines.ts'

/** A row with its place, or what stands there instead of one. */
export type PlacedRow =
  | { readonly kind: 'row'; readonly place: string; readonly row: SourceRow }
  | { readonly kind: 'bad'; readonly place: string; readonly reason: string }

export const datasetExtensions = ['.json', '.jsonl', '.ndjson', '.csv', '.tsv', '.parquet'] as const

/** A JSON file is read as a whole; beyond this, JSON Lines is the way. */
const largestJsonBytes = 256 * 1024 * 1024

/**
 * The rows of one file, as a stream: memory does not grow with the file (JSON apart). A place is `file:line`, or
 * `file:row` (from 1) where a format has no lines.
 *
 * @param name  of the file in messages
 * @throws RecheckError `data.unreadable`, `data.format`
 */
export async function* readDatasetRows(path: string, name: string): AsyncGenerator<PlacedRow> {
  try {
    yield* rowsByFormat(path, name)
  } catch (thrown) {
    if (thrown instanceof RecheckError) throw thrown
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    throw new RecheckError('data.unreadable', `${name}: cannot be read: ${message}`)
  }
}

function rowsByFormat(path: string, name: string): AsyncGenerator<PlacedRow> {
  switch (extname(path).toLowerCase()) {
    case '.json':
      return jsonRows(path, name)
    case '.jsonl':
    case '.ndjson':
      return jsonLineRows(path, name)
    case '.csv':
      return csvRows(path, name, ',')
    case '.tsv':
      return csvRows(path, name, '\t')
    case '.parquet':
      return parquetRows(path, name)
    default:
      throw new RecheckError(
        'data.format',
        `${name}: expected a file ending in ${datasetExtensions.join(', ')}, got "${extname(path)}".`,
      )
  }
}

async function* jsonLineRows(path: string, name: string): AsyncGenerator<PlacedRow> {
  for await (const { number, text } of readLines(path)) {
    const place = `${name}:${number}`
    if (text === null) yield { kind: 'bad', place, reason: 'the line is longer than 8 MiB' }
    else if (text.trim() !== '') yield parsedRow(text, place)
  }
}

function parsedRow(text: string, place: string): PlacedRow {
  try {
    return asRow(JSON.parse(text), place)
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown
    return { kind: 'bad', place, reason: `not JSON: ${thrown.message}` }
  }
}

function asRow(value: unknown, place: string): PlacedRow {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return { kind: 'row', place, row: value as SourceRow }
  return { kind: 'bad', place, reason: 'expected a JSON object' }
}

/** One problem (MATH has a file each), or an array of them. */
async function* jsonRows(path: string, name: string): AsyncGenerator<PlacedRow> {
  const { size } = await stat(path)
  if (size > largestJsonBytes) {
    throw new RecheckError(
      'data.format',
      `${name}: ${Math.round(size / 2 ** 20)} MiB of JSON; files above 256 MiB are read as JSON Lines, CSV or Parquet.`,
    )
  }
  const text = (await readFile(path, 'utf8')).replace(/^\ufeff/, '')
  if (!text.trimStart().startsWith('[')) {
    yield parsedRow(text, `${name}:1`)
    return
  }
  const items = JSON.parse(text) as readonly unknown[]
  for (const [index, item] of items.entries()) yield asRow(item, `${name}:${index + 1}`)
}

async function* csvRows(path: string, name: string, delimiter: string): AsyncGenerator<PlacedRow> {
  const skipped: PlacedRow[] = []
  const parser = parse({
    delimiter,
    bom: true,
    columns: true,
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error: CsvError | undefined) => {
      skipped.push({
        kind: 'bad',
        place: `${name}:${String(error?.lines ?? '?')}`,
        reason: error?.message ?? 'no row',
      })
      return undefined
    },
  })
  const input = createReadStream(path)
  input.on('error', (error) => parser.destroy(error))
  for await (const { record, info } of input.pipe(parser) as AsyncIterable<CsvRecord>) {
    yield* skipped.splice(0)
    yield { kind: 'row', place: `${name}:${info.lines}`, row: record }
  }
  yield* skipped
}

interface CsvRecord {
  readonly record: SourceRow
  /** `lines`: where the record ends, from 1. */
  readonly info: { readonly lines: number }
}

async function* parquetRows(path: string, name: string): AsyncGenerator<PlacedRow> {
  let number = 1
  for await (const row of readParquetRows(path)) yield { kind: 'row', place: `${name}:${number++}`, row }
}
