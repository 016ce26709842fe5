import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import type { Compressors } from 'hyparquet'
import type { SourceRow } from '../../../core/data/sourceRows.ts'

/** Rows decoded at a time. */
const rowsPerPart = 8192

/** Snappy and plain pages hyparquet reads itself; these codecs Node has. */
const compressors: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  BROTLI: (bytes) => brotliDecompressSync(bytes),
  ZSTD: (bytes) => zstdDecompressSync(bytes),
}

/** The rows of a Parquet file, some thousands at a time. */
export async function* readParquetRows(path: string): AsyncGenerator<SourceRow> {
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  let groupStart = 0
  for (const group of metadata.row_groups) {
    const groupEnd = groupStart + Number(group.num_rows)
    for (let rowStart = groupStart; rowStart < groupEnd; rowStart += rowsPerPart) {
      const rowEnd = Math.min(rowStart + rowsPerPart, groupEnd)
      yield* await parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors })
    }
    groupStart = groupEnd
  }
}
