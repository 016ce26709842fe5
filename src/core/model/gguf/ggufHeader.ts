import { quoted } from '../../../shared/text/shortened.ts'
import { sizeOf } from '../parameterTable.ts'
import { blockLayouts, ggmlTypeName, ggmlTypeOf, type GgmlType } from './ggmlTypes.ts'
import { GgufCursor, type GgufFile } from './ggufCursor.ts'

/** A tensor of a GGUF file, in the order of dimensions that transformers writes: rows first. */
export interface GgufTensor {
  readonly name: string
  readonly type: GgmlType
  readonly shape: readonly number[]
  /** Bytes [start, end) of the file. */
  readonly start: number
  readonly end: number
}

/** A value of the metadata: whole numbers that JavaScript cannot hold are bigint. */
export type GgufValue = number | bigint | boolean | string | readonly (number | bigint | boolean | string)[]

export interface GgufHeader {
  readonly metadata: ReadonlyMap<string, GgufValue>
  readonly tensors: ReadonlyMap<string, GgufTensor>
}

/**
 * More than any model has by far: a tokenizer brings about forty entries, 10,000 layers a hundred thousand
 * tensors.
 */
const mostEntries = 10_000
const mostTensors = 200_000
/** Of all arrays together; the largest vocabularies have 300,000 tokens and as many merges. */
const mostElements = 4_000_000

/**
 * Reads the header of a GGUF file, version 2 or 3: metadata and where the tensors are, checked against the
 * file's size. Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 *
 * @param bytes  the beginning of the file
 * @returns null where the header is longer than `bytes`
 * @throws RecheckError `gguf.invalid`, `gguf.unsupported`
 */
export function parseGgufHeader(bytes: Uint8Array, file: GgufFile): GgufHeader | null {
  const cursor = new GgufCursor(bytes, file)
  try {
    return readHeader(cursor, file)
  } catch (thrown) {
    if (thrown === cursor.outOfBytes) return null
    throw thrown
  }
}

function readHeader(cursor: GgufCursor, file: GgufFile): GgufHeader {
  readVersion(cursor)
  const tensorCount = cursor.count('tensors', mostTensors)
  const entryCount = cursor.count('entries of metadata', mostEntries)
  const metadata = new Map<string, GgufValue>()
  const budget = { elements: mostElements }
  for (let entry = 0; entry < entryCount; entry++) {
    const key = cursor.text()
    if (metadata.has(key)) throw cursor.invalid(`the metadata ${quoted(key)} stands twice`)
    metadata.set(key, readValue(cursor, cursor.uint32(), { key, budget }))
  }
  const entries: TensorEntry[] = []
  for (let tensor = 0; tensor < tensorCount; tensor++) entries.push(readTensorEntry(cursor))
  const alignment = readAlignment(metadata.get('general.alignment'), cursor)
  const dataStart = Math.ceil(cursor.position / alignment) * alignment
  return { metadata, tensors: placeTensors(entries, { cursor, file, alignment, dataStart }) }
}

function readVersion(cursor: GgufCursor): void {
  const magic = cursor.uint32()
  if (magic !== 0x46554747) throw cursor.invalid('does not begin with "GGUF"')
  const version = cursor.uint32()
  if (version === 2 || version === 3) return
  if (version % 0x10000 === 0 && version > 0) throw cursor.unsupported('it is big-endian')
  throw cursor.unsupported(`it is of version ${version}, Recheck reads 2 and 3`)
}

/** Kinds of metadata by their number. */
const readers: readonly ((cursor: GgufCursor) => number | bigint | boolean | string)[] = [
  (cursor) => cursor.uint8(),
  (cursor) => (cursor.uint8() << 24) >> 24,
  (cursor) => cursor.uint16(),
  (cursor) => (cursor.uint16() << 16) >> 16,
  (cursor) => cursor.uint32(),
  (cursor) => cursor.uint32() | 0,
  (cursor) => cursor.float32(),
  (cursor) => cursor.flag(),
  (cursor) => cursor.text(),
  (cursor) => {
    throw cursor.invalid('it holds an array of arrays')
  },
  (cursor) => cursor.uint64(),
  (cursor) => cursor.int64(),
  (cursor) => cursor.float64(),
]
const arrayKind = 9

function readValue(
  cursor: GgufCursor,
  kind: number,
  { key, budget }: { readonly key: string; readonly budget: { elements: number } },
): GgufValue {
  if (kind !== arrayKind) return readerOf(cursor, kind, key)(cursor)
  const read = readerOf(cursor, cursor.uint32(), key)
  const length = cursor.count(`elements of ${quoted(key)}`, budget.elements)
  budget.elements -= length
  const values: (number | bigint | boolean | string)[] = []
  for (let index = 0; index < length; index++) values.push(read(cursor))
  return values
}

function readerOf(cursor: GgufCursor, kind: number, key: string): (typeof readers)[number] {
  const reader = readers[kind]
  if (reader === undefined) throw cursor.invalid(`the metadata ${quoted(key)} is of the unknown kind ${kind}`)
  return reader
}

function readAlignment(value: GgufValue | undefined, cursor: GgufCursor): number {
  if (value === undefined) return 32
  if (typeof value === 'number' && value >= 8 && value <= 1 << 20 && (value & (value - 1)) === 0) return value
  throw cursor.invalid(`"general.alignment" must be a power of two from 8 to ${1 << 20}`)
}

interface TensorEntry {
  readonly name: string
  readonly type: GgmlType
  readonly shape: readonly number[]
  readonly offset: number
  readonly bytes: number
}

function readTensorEntry(cursor: GgufCursor): TensorEntry {
  const name = cursor.text()
  const dimensions = cursor.uint32()
  if (dimensions < 1 || dimensions > 4)
    throw cursor.invalid(`the tensor ${quoted(name)} has ${dimensions} dimensions; expected 1 to 4`)
  const lengths: number[] = []
  for (let axis = 0; axis < dimensions; axis++) lengths.push(cursor.length(name))
  const typeNumber = cursor.uint32()
  const offset = Number(cursor.uint64())
  const type = ggmlTypeOf(typeNumber)
  if (type === null) {
    throw cursor.unsupported(
      `the tensor ${quoted(name)} is stored as ${ggmlTypeName(typeNumber)}. Recheck reads ${Object.keys(blockLayouts).join(', ')}; ` +
        'take another quantisation of the model',
    )
  }
  const { elements, bytes } = blockLayouts[type]
  if ((lengths[0] ?? 0) % elements !== 0) {
    throw cursor.invalid(
      `the tensor ${quoted(name)} has rows of ${lengths[0]} values; ${type} stores blocks of ${elements}`,
    )
  }
  const shape = lengths.toReversed()
  return { name, type, shape, offset, bytes: (sizeOf(shape) / elements) * bytes }
}

/** Every tensor inside the file, where it may begin, and none over another. */
function placeTensors(
  entries: readonly TensorEntry[],
  at: {
    readonly cursor: GgufCursor
    readonly file: GgufFile
    readonly alignment: number
    readonly dataStart: number
  },
): ReadonlyMap<string, GgufTensor> {
  const tensors = new Map<string, GgufTensor>()
  for (const { name, type, shape, offset, bytes } of entries) {
    const start = at.dataStart + offset
    const end = start + bytes
    if (tensors.has(name)) throw at.cursor.invalid(`the tensor ${quoted(name)} stands twice`)
    if (offset % at.alignment !== 0)
      throw at.cursor.invalid(
        `the tensor ${quoted(name)} begins at ${offset}, no multiple of ${at.alignment}`,
      )
    if (!Number.isSafeInteger(end) || end > at.file.size) {
      throw at.cursor.invalid(
        `is truncated: the tensor ${quoted(name)} ends at byte ${end}, the file has ${at.file.size}`,
      )
    }
    tensors.set(name, { name, type, shape, start, end })
  }
  let last = 0
  for (const { name, start, end } of [...tensors.values()].sort((a, b) => a.start - b.start)) {
    if (start < last) throw at.cursor.invalid(`the tensor ${quoted(name)} lies over another one`)
    last = end
  }
  return tensors
}
