import { deltaBinaryUnpack } from 'hyparquet/src/delta.js'
import type { Encoding } from 'hyparquet'
import { mebibytes, readingLimits } from '../readingLimits.ts'
import type { ColumnType, RawValue } from './parquetCells.ts'
import { readRuns } from './parquetRuns.ts'
import { ParquetError } from './parquetError.ts'

/** The values of a page that are there, by position. */
export interface PageValues {
  readonly count: number
  /** @param i 0 ≤ i < count */
  at(i: number): RawValue
  /** Of dictionary pages: which entry value i is. */
  readonly entries?: Uint32Array
}

export interface EncodedValues {
  /** From the first value on. */
  readonly bytes: Buffer
  readonly count: number
  readonly encoding: Encoding
  readonly type: ColumnType
  readonly dictionary: PageValues | null
}

/**
 * Reads no value before it is asked for, and makes no object a value: only where each of them begins.
 *
 * @throws ParquetError where the bytes cannot hold so many values, or in an encoding that is not known
 */
export function pageValues(encoded: EncodedValues): PageValues {
  const { bytes, count, encoding, type } = encoded
  if (count === 0) return { count: 0, at: none }
  switch (encoding) {
    case 'PLAIN':
      return plainValues(encoded)
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      return dictionaryValues(encoded)
    case 'RLE': {
      if (type.physical !== 'BOOLEAN') throw new ParquetError(`encoding RLE of ${type.physical} values`)
      const runs = readRuns(bytes, 4, 1, count)
      return { count, at: (i) => runs[i] === 1 }
    }
    case 'DELTA_BINARY_PACKED':
      return packedIntegers(encoded)
    case 'DELTA_LENGTH_BYTE_ARRAY': {
      const { values: lengths, end } = unpackDeltas(bytes, 0, new Int32Array(count))
      return slices(bytes, end, lengths)
    }
    case 'DELTA_BYTE_ARRAY':
      return frontCoded(bytes, count)
    case 'BYTE_STREAM_SPLIT':
      return splitStreams(encoded)
    default:
      throw new ParquetError(`encoding ${encoding} is not read`)
  }
}

function none(): never {
  throw new ParquetError('a page without values')
}

function plainValues({ bytes, count, type }: EncodedValues): PageValues {
  if (type.physical === 'BYTE_ARRAY') return plainByteArrays(bytes, count)
  if (type.physical === 'BOOLEAN') {
    requireBytes(bytes, Math.ceil(count / 8))
    return { count, at: (i) => ((bytes[i >> 3] ?? 0) >> (i & 7)) % 2 === 1 }
  }
  const width = widthOf(type)
  requireBytes(bytes, count * width)
  return { count, at: (i) => fixedValue(bytes.subarray(i * width, (i + 1) * width), type) }
}

function plainByteArrays(bytes: Buffer, count: number): PageValues {
  requireBytes(bytes, count * 4)
  const starts = new Uint32Array(count)
  let at = 0
  for (let i = 0; i < count; i++) {
    starts[i] = at + 4
    at += 4 + bytes.readUInt32LE(at)
  }
  requireBytes(bytes, at)
  return {
    count,
    at: (i) => {
      const start = starts[i] ?? 0
      return bytes.subarray(start, start + bytes.readUInt32LE(start - 4))
    },
  }
}

function dictionaryValues({ bytes, count, dictionary }: EncodedValues): PageValues {
  if (dictionary === null) throw new ParquetError('a page refers to a dictionary that is not there')
  const entries = readRuns(bytes, 1, bytes.readUInt8(0), count)
  if (entries.some((entry) => entry >= dictionary.count))
    throw new ParquetError(`a page refers to more than the ${dictionary.count} entries of its dictionary`)
  return { count, entries, at: (i) => dictionary.at(entries[i] ?? 0) }
}

function packedIntegers({ bytes, count, type }: EncodedValues): PageValues {
  if (type.physical !== 'INT32' && type.physical !== 'INT64')
    throw new ParquetError(`encoding DELTA_BINARY_PACKED of ${type.physical} values`)
  const { values } = unpackDeltas(
    bytes,
    0,
    type.physical === 'INT32' ? new Int32Array(count) : new BigInt64Array(count),
  )
  return { count, at: (i) => values[i] ?? 0 }
}

/**
 * Each value shares its beginning with the one before: a few bytes may stand for as many copies of a long
 * text.
 */
function frontCoded(bytes: Buffer, count: number): PageValues {
  const { values: prefixes, end } = unpackDeltas(bytes, 0, new Int32Array(count))
  const { values: suffixes, end: start } = unpackDeltas(bytes, end, new Int32Array(count))
  const lengths = prefixes.map((prefix, i) => prefix + (suffixes[i] ?? 0))
  const total = lengths.reduce((sum, length) => sum + length, 0)
  if (total > readingLimits.page)
    throw new ParquetError(
      `a page unfolds to ${mebibytes(total)}, more than ${mebibytes(readingLimits.page)}`,
    )
  const unfolded = Buffer.alloc(total)
  let from = start
  let at = 0
  for (let i = 0; i < count; i++) {
    const prefix = prefixes[i] ?? 0
    const suffix = suffixes[i] ?? 0
    const before = i === 0 ? 0 : (lengths[i - 1] ?? 0)
    if (prefix < 0 || suffix < 0 || prefix > before || from + suffix > bytes.length)
      throw new ParquetError('a page has texts that end outside of it')
    unfolded.copy(unfolded, at, at - before, at - before + prefix)
    bytes.copy(unfolded, at + prefix, from, from + suffix)
    from += suffix
    at += prefix + suffix
  }
  return slices(unfolded, 0, lengths)
}

function slices(bytes: Buffer, start: number, lengths: Int32Array): PageValues {
  const ends = new Uint32Array(lengths.length)
  let at = start
  for (const [i, length] of lengths.entries()) {
    if (length < 0 || at + length > bytes.length)
      throw new ParquetError('a page has texts that end outside of it')
    at += length
    ends[i] = at
  }
  return {
    count: lengths.length,
    at: (i) => bytes.subarray(i === 0 ? start : (ends[i - 1] ?? 0), ends[i]),
  }
}

function splitStreams({ bytes, count, type }: EncodedValues): PageValues {
  const width = widthOf(type)
  requireBytes(bytes, count * width)
  return {
    count,
    at: (i) =>
      fixedValue(Buffer.from(Array.from({ length: width }, (_, k) => bytes[k * count + i] ?? 0)), type),
  }
}

/** @throws ParquetError where the header of the deltas is none, before any memory follows from it */
function unpackDeltas<T extends Int32Array | BigInt64Array>(
  bytes: Buffer,
  start: number,
  values: T,
): { readonly values: T; readonly end: number } {
  const head = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start)
  const [blockSize, miniBlocks, count] = deltaHeader(head)
  const isWhole =
    blockSize % 128 === 0 && blockSize > 0 && miniBlocks > 0 && (blockSize / miniBlocks) % 32 === 0
  if (!isWhole || blockSize > 2 ** 16 || count !== values.length)
    throw new ParquetError(
      `deltas of ${count} values in blocks of ${blockSize} by ${miniBlocks}, where ${values.length} values are`,
    )
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: start }
  deltaBinaryUnpack(reader, values.length, values)
  return { values, end: reader.offset }
}

function deltaHeader(view: DataView): readonly [number, number, number] {
  let at = 0
  const next = (): number => {
    let value = 0
    for (let i = 0; i < 5; i++) {
      const byte = view.getUint8(at++)
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) return value
    }
    throw new ParquetError('a length of more than 32 bits')
  }
  return [next(), next(), next()]
}

function widthOf({ physical, width }: ColumnType): number {
  switch (physical) {
    case 'INT32':
    case 'FLOAT':
      return 4
    case 'INT64':
    case 'DOUBLE':
      return 8
    case 'FIXED_LEN_BYTE_ARRAY':
      if (width > 0 && width <= readingLimits.row) return width
      throw new ParquetError(`values of ${width} bytes`)
    default:
      throw new ParquetError(`${physical} values are not read`)
  }
}

function fixedValue(bytes: Buffer, { physical }: ColumnType): RawValue {
  switch (physical) {
    case 'INT32':
      return bytes.readInt32LE()
    case 'INT64':
      return bytes.readBigInt64LE()
    case 'FLOAT':
      return bytes.readFloatLE()
    case 'DOUBLE':
      return bytes.readDoubleLE()
    default:
      return bytes
  }
}

function requireBytes(bytes: Buffer, needed: number): void {
  if (needed > bytes.length) throw new ParquetError(`a page of ${bytes.length} bytes cannot hold ${needed}`)
}
