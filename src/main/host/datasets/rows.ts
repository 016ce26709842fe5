import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { openCsv } from './csvRows.ts'
import { datasetExtensions, formatOf, type Compression } from './fileFormat.ts'
import { openJson, type BareNumbers } from './jsonRows.ts'
import { openParquet } from './parquet/parquetRows.ts'
import type { DatasetTable, PlacedRow } from './placedRow.ts'
import { openText } from './textSource.ts'

/**
 * Opens one problem file by its extensions. Its rows are a stream: memory does not grow with the file.
 *
 * @param name of the file in messages
 * @param bare what becomes of a NaN or an Infinity in JSON
 * @throws RecheckError `data.unreadable`, `data.format`, `data.encoding`, also later by the rows
 */
export async function openDatasetFile(
  path: string,
  name: string,
  bare: BareNumbers = 'null',
): Promise<DatasetTable> {
  const format = formatOf(path)
  if (format === null) {
    throw new RecheckError(
      'data.format',
      `${name}: expected a file ending in ${datasetExtensions.join(', ')} (text also packed as .gz, .zst or .br).`,
    )
  }
  return namingFile(name, async () => {
    if (format.format === 'parquet') return openParquet(path, name)
    const source = await openText(path, name, format.compression)
    const table =
      format.format === 'json'
        ? await openJson(source, name, bare)
        : await openCsv(source, name, format.format === 'csv' ? ',' : '\t')
    return {
      format: format.compression === null ? table.format : `${table.format}, ${packing[format.compression]}`,
      columns: table.columns,
      unread: table.unread,
      rows: (wanted) => namedRows(name, table.rows(wanted)),
    }
  })
}

const packing: Readonly<Record<Compression, string>> = { gzip: 'gzip', zstd: 'Zstandard', brotli: 'Brotli' }

async function* namedRows(name: string, rows: AsyncGenerator<PlacedRow>): AsyncGenerator<PlacedRow> {
  try {
    for (;;) {
      const next = await namingFile(name, () => rows.next())
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await rows.return(undefined)
  }
}

/** An error of the file system or of an unpacker, under the file's name. */
async function namingFile<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (thrown) {
    if (thrown instanceof RecheckError) throw thrown
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    throw new RecheckError('data.unreadable', `${name}: cannot be read: ${message}. Is it complete?`)
  }
}
