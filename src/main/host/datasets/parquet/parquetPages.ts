import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import type { ColumnMetaData, DataPageHeader, Encoding, PageHeader } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { mebibytes, readingLimits } from '../readingLimits.ts'
import { decompress } from './parquetCodecs.ts'
import { readBytes, type ParquetColumn } from './parquetFile.ts'
import { readRuns } from './parquetRuns.ts'
import { pageValues, type PageValues } from './parquetValues.ts'
import { checkThriftElements } from './thriftElements.ts'
import { ParquetError } from './parquetError.ts'

/** Cells of one page. */
export interface CellPage {
  readonly rows: number
  /** 1 where row i has a value; null where all have one. */
  readonly present: Uint32Array | null
  readonly values: PageValues
}

/** Bytes of decompressed pages that are held at a time, over all columns of a file. */
export class HeldBytes {
  #held = 0

  /** @throws ParquetError above the limit */
  take(bytes: number): void {
    if (this.#held + bytes > readingLimits.heldPages)
      throw new ParquetError(`its pages need more than ${mebibytes(readingLimits.heldPages)} at a time`)
    this.#held += bytes
  }

  release(bytes: number): void {
    this.#held -= bytes
  }
}

export interface ChunkSource {
  readonly file: FileHandle
  readonly column: ParquetColumn
  readonly chunk: ColumnMetaData
  /** Of the row group. */
  readonly rows: number
  /** Where the file's pages end. */
  readonly end: number
  readonly held: HeldBytes
}

/**
 * The pages of one column of a row group, one at a time. Every size that a page claims is compared with the
 * limits and with the bytes that are there before memory is spent on it.
 *
 * @throws ParquetError where a page is damaged or too large, or where the pages do not hold the rows of the
 *   group
 */
export async function* readPages(source: ChunkSource): AsyncGenerator<CellPage> {
  const { chunk, rows, held } = source
  let at = Number(chunk.dictionary_page_offset ?? 0n) || Number(chunk.data_page_offset)
  const end = at + Number(chunk.total_compressed_size)
  if (!(at >= 4 && end > at && end <= source.end) || Number(chunk.num_values) !== rows)
    throw new ParquetError(
      `a column of ${chunk.num_values} values at bytes ${at} to ${end}, in a group of ${rows} rows`,
    )
  let dictionary: Page | null = null
  let read = 0
  while (read < rows) {
    const page = await readPage(source, { at, end, dictionary: dictionary?.values ?? null })
    at = page.end
    if (page.kind === 'dictionary') dictionary = page
    if (page.kind === 'cells') {
      read += page.rows
      if (read > rows) throw new ParquetError(`a column has more values than the ${rows} rows of its group`)
      if (page.rows > 0) yield page
      held.release(page.bytes)
    }
  }
  if (dictionary !== null) held.release(dictionary.bytes)
}

interface Page extends CellPage {
  readonly kind: 'dictionary' | 'cells' | 'other'
  /** Where the next page begins. */
  readonly end: number
  /** That this page holds. */
  readonly bytes: number
}

interface PageStart {
  readonly at: number
  readonly end: number
  readonly dictionary: PageValues | null
}

async function readPage(source: ChunkSource, { at, end, dictionary }: PageStart): Promise<Page> {
  const { header, length } = await readHeader(source.file, at, end)
  const start = at + length
  const packed = header.compressed_page_size
  const size = header.uncompressed_page_size
  if (!(isCount(packed) && start + packed <= end))
    throw new ParquetError(`a page of ${packed} bytes ends outside of its column`)
  if (!(isCount(size) && size <= readingLimits.page))
    throw new ParquetError(
      `a page takes ${mebibytes(size)} when it is decompressed, more than ${mebibytes(readingLimits.page)}`,
    )
  source.held.take(size)
  const bytes = await readBytes(source.file, start, start + packed)
  if (header.crc !== undefined && (crc32(bytes) | 0) !== header.crc)
    throw new ParquetError('a page is damaged: its checksum differs')
  const page = { end: start + packed, bytes: size }
  if (header.data_page_header !== undefined)
    return {
      ...page,
      kind: 'cells',
      ...firstVersion(source, { bytes, header, dictionary }, header.data_page_header),
    }
  if (header.data_page_header_v2 !== undefined)
    return {
      ...page,
      kind: 'cells',
      ...secondVersion(source, { bytes, header, dictionary }, header.data_page_header_v2),
    }
  const entries = header.dictionary_page_header
  if (entries === undefined) {
    source.held.release(size)
    return { ...page, kind: 'other', rows: 0, present: null, values: emptyValues }
  }
  checkCount(entries.num_values)
  const values = pageValues({
    bytes: decompress(bytes, size, source.chunk.codec),
    count: entries.num_values,
    encoding: 'PLAIN',
    type: source.column.type,
    dictionary: null,
  })
  return { ...page, kind: 'dictionary', rows: 0, present: null, values }
}

const emptyValues: PageValues = {
  count: 0,
  at: () => {
    throw new ParquetError('a page without values')
  },
}

/** A header has no length of its own: more bytes are read until it ends. */
async function readHeader(
  file: FileHandle,
  at: number,
  end: number,
): Promise<{ readonly header: PageHeader; readonly length: number }> {
  for (let length = 4096; ; length *= 16) {
    const bytes = await readBytes(file, at, Math.min(end, at + length))
    const isAll = at + length >= end || length >= readingLimits.pageHeader
    try {
      checkThriftElements(bytes, 0, 1000)
    } catch (thrown) {
      if (isAll)
        throw new ParquetError(
          `a page has no header: ${thrown instanceof Error ? thrown.message : 'unknown'}`,
        )
      continue
    }
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
    const header = parquetHeader(reader)
    return { header, length: reader.offset }
  }
}

interface PageBytes {
  readonly bytes: Buffer
  readonly header: PageHeader
  readonly dictionary: PageValues | null
}

function firstVersion(
  { chunk, column }: ChunkSource,
  { bytes, header, dictionary }: PageBytes,
  { num_values: rows, encoding, definition_level_encoding: levels }: DataPageHeader,
): CellPage {
  checkCount(rows)
  const page = decompress(bytes, header.uncompressed_page_size, chunk.codec)
  if (!column.isOptional) return cellPage(rows, null, valuesOf(page, { encoding, dictionary, column }))
  if (levels !== 'RLE') throw new ParquetError(`levels in the encoding ${levels} are not read`)
  const present = rows === 0 ? new Uint32Array(0) : readRuns(page, 4, 1, rows)
  const rest = rows === 0 ? page : page.subarray(4 + page.readUInt32LE(0))
  return cellPage(rows, present, valuesOf(rest, { encoding, dictionary, column }))
}

/** Levels come first and are never compressed. */
function secondVersion(
  { chunk, column }: ChunkSource,
  { bytes, header, dictionary }: PageBytes,
  head: NonNullable<PageHeader['data_page_header_v2']>,
): CellPage {
  checkCount(head.num_values)
  const levels = head.repetition_levels_byte_length + head.definition_levels_byte_length
  if (!(isCount(levels) && levels <= Math.min(bytes.length, header.uncompressed_page_size)))
    throw new ParquetError(`${levels} bytes of levels in a page of ${bytes.length}`)
  const present = column.isOptional
    ? readRuns(bytes.subarray(head.repetition_levels_byte_length, levels), 0, 1, head.num_values)
    : null
  const packed = bytes.subarray(levels)
  const page =
    head.is_compressed === false
      ? packed
      : decompress(packed, header.uncompressed_page_size - levels, chunk.codec)
  return cellPage(head.num_values, present, valuesOf(page, { encoding: head.encoding, dictionary, column }))
}

interface ValueSource {
  readonly encoding: Encoding
  readonly dictionary: PageValues | null
  readonly column: ParquetColumn
}

function valuesOf(
  bytes: Buffer,
  { encoding, dictionary, column }: ValueSource,
): (count: number) => PageValues {
  return (count) => pageValues({ bytes, count, encoding, type: column.type, dictionary })
}

function cellPage(
  rows: number,
  present: Uint32Array | null,
  values: (count: number) => PageValues,
): CellPage {
  const count = present === null ? rows : present.reduce((sum, level) => sum + level, 0)
  return { rows, present: count === rows ? null : present, values: values(count) }
}

function checkCount(count: number): void {
  if (isCount(count) && count <= readingLimits.pageValues) return
  throw new ParquetError(`a page claims ${count} values, more than ${readingLimits.pageValues}`)
}

/** Fields of a damaged header may be of any type. */
function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0
}
