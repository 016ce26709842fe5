/**
 * Small Parquet files that claim or unfold to much more than they are: what a hostile data set may hold. Run
 * as a script it writes one of them: `node tests/main/host/datasets/parquetBombs.ts gzip bomb.parquet`.
 */
import { writeFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { ByteWriter } from 'hyparquet-writer'
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js'

export interface PageClaims {
  /** As the page is stored. */
  readonly bytes: Uint8Array
  /** Of the decompressed page, as its header says. */
  readonly size: number
  readonly values: number
  /** Parquet's number of an encoding: 0 PLAIN, 7 DELTA_BYTE_ARRAY, 8 RLE_DICTIONARY. */
  readonly encoding: number
  readonly isDictionary?: boolean
}

export interface FileClaims {
  readonly pages: readonly PageClaims[]
  /** Parquet's number of a codec: 0 none, 1 Snappy, 2 gzip, 4 Brotli, 6 Zstandard. */
  readonly codec: number
  readonly rows: number
  readonly isOptional?: boolean
}

/** A file whose columns question and answer both consist of these pages. */
export function parquetFile({ pages, codec, rows, isOptional = false }: FileClaims): Buffer {
  const stored = pages.flatMap((page) => [thrift(pageHeader(page)), Buffer.from(page.bytes)])
  const chunk = Buffer.concat(stored)
  const column = (name: string, index: number): object => ({
    field_2: BigInt(4 + index * chunk.length),
    field_3: {
      field_1: 6,
      field_2: [0],
      field_3: [name],
      field_4: codec,
      field_5: BigInt(rows),
      field_6: BigInt(chunk.length),
      field_7: BigInt(chunk.length),
      field_9: BigInt(4 + index * chunk.length),
    },
  })
  const element = (name: string): object => ({
    field_1: 6,
    field_3: isOptional ? 1 : 0,
    field_4: name,
    field_6: 0,
  })
  const footer = thrift({
    field_1: 1,
    field_2: [{ field_4: 'schema', field_5: 2 }, element('question'), element('answer')],
    field_3: BigInt(rows),
    field_4: [{ field_1: [column('question', 0), column('answer', 1)], field_2: 1n, field_3: BigInt(rows) }],
  })
  return wrapped([chunk, chunk], footer)
}

/** A file of these bytes with this footer. */
export function wrapped(chunks: readonly Buffer[], footer: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  return Buffer.concat([Buffer.from('PAR1'), ...chunks, footer, length, Buffer.from('PAR1')])
}

export function thrift(fields: object): Buffer {
  const writer = new ByteWriter()
  serializeTCompactProtocol(writer, fields as Record<`field_${number}`, unknown>)
  return Buffer.from(writer.getBytes())
}

function pageHeader({ bytes, size, values, encoding, isDictionary = false }: PageClaims): object {
  const header = { field_1: isDictionary ? 2 : 0, field_2: size, field_3: bytes.length }
  return isDictionary
    ? { ...header, field_7: { field_1: values, field_2: 0 } }
    : { ...header, field_5: { field_1: values, field_2: encoding, field_3: 3, field_4: 3 } }
}

/** PLAIN texts of `length` times "a". */
export function plainTexts(count: number, length: number): Buffer {
  const page = Buffer.alloc(count * (4 + length), 'a')
  for (let i = 0; i < count; i++) page.writeUInt32LE(length, i * (4 + length))
  return page
}

export const codecs: Readonly<
  Record<string, { readonly codec: number; compress(page: Buffer): Uint8Array }>
> = {
  gzip: { codec: 2, compress: (page) => gzipSync(page, { level: 1 }) },
  brotli: {
    codec: 4,
    compress: (page) => brotliCompressSync(page, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  },
  zstd: { codec: 6, compress: (page) => zstdCompressSync(page) },
  snappy: { codec: 1, compress: snappyRuns },
}

/** Snappy of a page that repeats the text it begins with: one literal, then copies of it. */
function snappyRuns(page: Buffer): Uint8Array {
  const parts: number[] = []
  for (let size = page.length; ; size = Math.floor(size / 128)) {
    parts.push((size % 128) | (size >= 128 ? 128 : 0))
    if (size < 128) break
  }
  const literal = Buffer.from([(60 - 1) << 2, ...page.subarray(0, 60)])
  // copies of up to 64 bytes from one byte back: every byte is that of the end of the literal
  const copy = (length: number): Buffer => Buffer.from([((length - 1) << 2) | 2, 1, 0])
  const whole = Buffer.alloc(Math.floor((page.length - 60) / 64) * 3, copy(64))
  const rest = (page.length - 60) % 64
  return Buffer.concat([Buffer.from(parts), literal, whole, rest === 0 ? Buffer.alloc(0) : copy(rest)])
}

const [, script, codec, path] = process.argv
if (script === import.meta.filename && path !== undefined) {
  const { codec: number, compress } = codecs[codec ?? ''] ?? { codec: 0, compress: (page: Buffer) => page }
  const page = plainTexts(6, 50_000_000)
  const pages = [{ bytes: compress(page), size: page.length, values: 6, encoding: 0 }]
  writeFileSync(path, parquetFile({ pages, codec: number, rows: 6 }))
}
