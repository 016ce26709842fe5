import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { snappyUncompress, type ColumnMetaData } from 'hyparquet'
import { ParquetError } from './parquetError.ts'

/**
 * The bytes of a page, which never become more than its header says.
 *
 * @param size of the decompressed page, within the limits
 * @throws ParquetError where the bytes are damaged, or decompress to another size
 */
export function decompress(bytes: Buffer, size: number, codec: ColumnMetaData['codec']): Buffer {
  const page = size === 0 ? Buffer.alloc(0) : decompressed(bytes, size, codec)
  if (page.length === size) return page
  throw new ParquetError(`a page decompresses to ${page.length} bytes, and its header says ${size}`)
}

function decompressed(bytes: Buffer, size: number, codec: ColumnMetaData['codec']): Buffer {
  const limit = { maxOutputLength: size }
  switch (codec) {
    case 'UNCOMPRESSED':
      return bytes
    case 'SNAPPY': {
      const page = Buffer.alloc(size)
      snappyUncompress(bytes, page)
      return page
    }
    case 'GZIP':
      return gunzipSync(bytes, limit)
    case 'BROTLI':
      return brotliDecompressSync(bytes, limit)
    case 'ZSTD':
      return zstdDecompressSync(bytes, limit)
    default:
      throw new ParquetError(
        `its pages are compressed with ${codec}, which is not read; write it with Zstandard or Snappy`,
      )
  }
}
