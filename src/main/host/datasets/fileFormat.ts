import { extname } from 'node:path'

export type DatasetFormat = 'json' | 'csv' | 'tsv' | 'parquet'
export type Compression = 'gzip' | 'zstd' | 'brotli'

export interface FileFormat {
  readonly format: DatasetFormat
  /** Of the whole file; Parquet compresses its own pages. */
  readonly compression: Compression | null
}

export const datasetExtensions = ['.json', '.jsonl', '.ndjson', '.csv', '.tsv', '.parquet'] as const

const formats: ReadonlyMap<string, DatasetFormat> = new Map([
  ['.json', 'json'],
  ['.jsonl', 'json'],
  ['.ndjson', 'json'],
  ['.csv', 'csv'],
  ['.tsv', 'tsv'],
  ['.parquet', 'parquet'],
])
const compressions: ReadonlyMap<string, Compression> = new Map([
  ['.gz', 'gzip'],
  ['.zst', 'zstd'],
  ['.br', 'brotli'],
])
const unreadCompressions = new Set(['.bz2', '.xz', '.lz4', '.zip', '.7z', '.lzma', '.z'])

/** By the file's extensions (`train.jsonl.gz`); null where they name no format that is read. */
export function formatOf(name: string): FileFormat | null {
  const last = extname(name).toLowerCase()
  const compression = compressions.get(last) ?? null
  const format = formats.get(compression === null ? last : extname(withoutExtension(name)).toLowerCase())
  if (format === undefined || (format === 'parquet' && compression !== null)) return null
  return { format, compression }
}

/** Whether this is a problem file in a compression that is not read: `train.csv.bz2`, `train.parquet.gz`. */
export function isPackedOtherwise(name: string): boolean {
  const last = extname(name).toLowerCase()
  const inner = formats.get(extname(withoutExtension(name)).toLowerCase())
  return (
    inner !== undefined && (unreadCompressions.has(last) || (inner === 'parquet' && compressions.has(last)))
  )
}

/** The name of the unpacked file: `train.csv` of `train.csv.gz`. */
export function withoutExtension(name: string): string {
  const extension = extname(name)
  return extension === '' ? name : name.slice(0, -extension.length)
}

/**
 * What the first bytes of a file show it to be, where its name promised text or Parquet; null where nothing
 * is known.
 */
export function foreignContent(head: Buffer): string | null {
  const signature = signatures.find(({ bytes }) => head.subarray(0, bytes.length).equals(bytes))
  if (signature !== undefined) return signature.found
  const start = head.toString('latin1', 0, 200).replace(/^\u00ef\u00bb\u00bf/, '')
  return /^\s*<(?:!doctype|html|\?xml|head|body)/i.test(start)
    ? 'a web page (HTML), perhaps an error page of a download'
    : null
}

const signatures: readonly { readonly bytes: Buffer; readonly found: string }[] = [
  ['PAR1', 'a Parquet file; let its name end in .parquet'],
  ['ARROW1', 'an Arrow file; save the data set as Parquet (dataset.to_parquet)'],
  ['version https://git-lfs', 'a Git LFS pointer and not the data; fetch it with "git lfs pull"'],
  ['\u001f\u008b', 'compressed with gzip; let its name end in .gz'],
  ['\u0028\u00b5\u002f\u00fd', 'compressed with Zstandard; let its name end in .zst'],
  ['BZh', 'compressed with bzip2; unpack it'],
  ['\u00fd7zXZ', 'compressed with xz; unpack it'],
  ['PK\u0003\u0004', 'a ZIP archive or an Excel workbook; unpack it, or save it as CSV'],
  ['\u00d0\u00cf\u0011\u00e0', 'an old Excel workbook; save it as CSV'],
  ['SQLite format 3', 'an SQLite database; export the table as CSV'],
  ['\u0080\u0004\u0095', 'a Python pickle; save the data as JSON Lines'],
].map(([bytes, found]) => ({ bytes: Buffer.from(bytes ?? '', 'latin1'), found: found ?? '' }))
