import type { FileHandle } from 'node:fs/promises'
import {
  parquetMetadata,
  parquetSchema,
  type ColumnMetaData,
  type FileMetaData,
  type SchemaTree,
} from 'hyparquet'
import { foreignContent } from '../fileFormat.ts'
import { mebibytes, readingLimits } from '../readingLimits.ts'
import { unreadType, type ColumnType } from './parquetCells.ts'
import { checkThriftElements } from './thriftElements.ts'
import { ParquetError } from './parquetError.ts'

/** A column of single cells at the top of the schema, or one that is not read and why. */
export interface ParquetColumn {
  readonly name: string
  readonly type: ColumnType
  /** Whether a cell may be missing. */
  readonly isOptional: boolean
  /** What it holds instead of text or numbers; null where it can be read. */
  readonly unread: string | null
}

export interface RowGroup {
  readonly rows: number
  /** By column name. */
  readonly chunks: ReadonlyMap<string, ColumnMetaData>
}

export interface ParquetLayout {
  readonly columns: readonly ParquetColumn[]
  readonly groups: readonly RowGroup[]
  /** Where the metadata begins and all pages end. */
  readonly end: number
}

/**
 * Columns and row groups of a Parquet file, from the metadata at its end. Its counts are compared with one
 * another.
 *
 * @throws ParquetError where it is no Parquet file, is damaged, or claims more than the limits allow
 */
export async function readParquetLayout(file: FileHandle): Promise<ParquetLayout> {
  const { size } = await file.stat()
  await checkStart(file, size)
  const end = await readBytes(file, size - 8, size)
  const length = end.readUInt32LE(0)
  if (end.toString('latin1', 4) !== 'PAR1')
    throw new ParquetError('it does not end as a Parquet file does; is it complete?')
  if (length > size - 12)
    throw new ParquetError(`its metadata of ${length} bytes cannot be in a file of ${size} bytes`)
  if (length > readingLimits.footer)
    throw new ParquetError(
      `its metadata takes ${mebibytes(length)}, more than ${mebibytes(readingLimits.footer)}`,
    )
  const footer = await readBytes(file, size - 8 - length, size)
  checkThriftElements(footer, 0, readingLimits.footerElements)
  const metadata = parquetMetadata(footer, { geoparquet: false })
  return { columns: columnsOf(metadata), groups: groupsOf(metadata, size), end: size - 8 - length }
}

/** @throws ParquetError where the file is shorter than the range */
export async function readBytes(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(end - start)
  const { bytesRead } = await file.read(bytes, 0, bytes.length, start)
  if (bytesRead < bytes.length)
    throw new ParquetError(`it ends at byte ${start + bytesRead}, before its data do`)
  return bytes
}

async function checkStart(file: FileHandle, size: number): Promise<void> {
  const head = await readBytes(file, 0, Math.min(size, 512))
  if (head.toString('latin1', 0, 4) === 'PAR1' && size >= 12) return
  if (head.toString('latin1', 0, 4) === 'PARE') throw new ParquetError('it is encrypted')
  const found = foreignContent(head)
  throw new ParquetError(
    found === null || size < 12 ? 'it does not begin as a Parquet file does' : `it is ${found}`,
  )
}

function columnsOf(metadata: FileMetaData): readonly ParquetColumn[] {
  return parquetSchema(metadata).children.map((tree) => {
    const { name, repetition_type: repetition } = tree.element
    return {
      name,
      type: columnType(tree),
      isOptional: repetition !== 'REQUIRED',
      unread:
        tree.children.length > 0 || repetition === 'REPEATED'
          ? 'lists or groups of values'
          : unreadType(columnType(tree)),
    }
  })
}

function columnType({ element }: SchemaTree): ColumnType {
  return {
    physical: element.type ?? null,
    width: element.type_length ?? 0,
    converted: element.converted_type ?? null,
    logical: element.logical_type ?? null,
    scale: element.scale ?? 0,
  }
}

function groupsOf(metadata: FileMetaData, size: number): readonly RowGroup[] {
  const groups = metadata.row_groups.map((group, i) => {
    const rows = Number(group.num_rows)
    if (!Number.isSafeInteger(rows) || rows < 0)
      throw new ParquetError(`row group ${i + 1} claims ${rows} rows`)
    const chunks = group.columns.flatMap((chunk) => {
      if (chunk.file_path !== undefined) throw new ParquetError('its columns are in other files')
      const { meta_data: data } = chunk
      return data?.path_in_schema.length === 1 ? [[data.path_in_schema[0] ?? '', data] as const] : []
    })
    return { rows, chunks: new Map(chunks) }
  })
  const sum = groups.reduce((total, { rows }) => total + rows, 0)
  if (sum !== Number(metadata.num_rows))
    throw new ParquetError(`it claims ${metadata.num_rows} rows, and its row groups ${sum}`)
  // runs can stand for any number of equal rows; a problem takes at least a byte
  if (sum > size) throw new ParquetError(`it claims ${sum} rows in ${size} bytes`)
  return groups
}
