import { RecheckError } from '../../shared/errors/recheckError.ts'
import { quoted } from '../../shared/text/shortened.ts'
import { isJsonObject } from './config/configFields.ts'
import { parseJsonText } from './config/jsonText.ts'
import { sizeOf } from './parameterTable.ts'

/**
 * The safetensors format, bytes only: u64 length of the header, the header as JSON, the tensors one after
 * another. Source: https://github.com/huggingface/safetensors#format
 */
export type FloatFormat = 'F32' | 'F16' | 'BF16'

export interface TensorEntry {
  readonly name: string
  /** As the file writes it, for example F32, BF16, I64. */
  readonly format: string
  readonly shape: readonly number[]
  /** Bytes [start, end) of the file. */
  readonly start: number
  readonly end: number
}

export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, TensorEntry>
  readonly metadata: Readonly<Record<string, string>>
}

/** The file a header belongs to, as messages name it. */
export interface FileFacts {
  readonly file: string
  /** Size in bytes. */
  readonly size: number
}

/** Bytes before the header itself. */
export const lengthBytes = 8
/** The format's own limit on a header, bytes. */
const maxHeaderBytes = 100_000_000

/** Dimensions of a tensor; a model's have one or two. */
const mostDimensions = 8

const floatBytes: Readonly<Record<FloatFormat, number>> = { F32: 4, F16: 2, BF16: 2 }
const bytesPerElement: ReadonlyMap<string, number> = new Map([
  ...Object.entries(floatBytes),
  ['F64', 8],
  ['I64', 8],
  ['I32', 4],
  ['I16', 2],
  ['I8', 1],
  ['U8', 1],
  ['BOOL', 1],
])

export function isFloatFormat(format: string): format is FloatFormat {
  return format === 'F32' || format === 'F16' || format === 'BF16'
}

/** A shape for a message: `[2, 3]`; a long one is cut. */
export function shapeText(shape: readonly number[]): string {
  const shown = shape.slice(0, mostDimensions).join(', ')
  return shape.length <= mostDimensions ? `[${shown}]` : `[${shown}, … (${shape.length} numbers)]`
}

/** Bytes of the header, from the file's first eight bytes. @throws RecheckError `checkpoint.corrupt` */
export function readHeaderLength(firstBytes: Uint8Array, { file, size }: FileFacts): number {
  if (firstBytes.length < lengthBytes)
    throw corrupt(file, `has ${size} bytes, too few for a safetensors header`)
  const length = Number(new DataView(firstBytes.buffer, firstBytes.byteOffset).getBigUint64(0, true))
  if (length > maxHeaderBytes || length < 2)
    throw corrupt(file, `its header claims ${length} bytes; not safetensors`)
  if (lengthBytes + length > size) {
    throw corrupt(file, `is truncated: the header needs ${lengthBytes + length} bytes, the file has ${size}`)
  }
  return length
}

/**
 * Reads and checks a header: every tensor inside the file, none overlapping, no gap, sizes as the shapes say.
 *
 * @param bytes  the header's JSON, without the eight bytes before it
 * @throws RecheckError `checkpoint.corrupt`
 */
export function parseHeader(bytes: Uint8Array, facts: FileFacts): SafetensorsHeader {
  const json = parseJson(bytes, facts.file)
  const dataStart = lengthBytes + bytes.length
  const entries = new Map<string, TensorEntry>()
  let metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(json)) {
    if (name === '__metadata__') metadata = readMetadata(value, facts.file)
    else entries.set(name, readEntry(name, value, { ...facts, dataStart }))
  }
  checkLayout([...entries.values()], { ...facts, dataStart })
  return { entries, metadata }
}

function parseJson(bytes: Uint8Array, file: string): Readonly<Record<string, unknown>> {
  // the format asks for it; a byte order mark or a space would be taken as JSON otherwise
  if (bytes[0] !== 0x7b) throw corrupt(file, 'its header does not begin with "{"')
  let json: unknown
  try {
    json = parseJsonText(bytes)
  } catch (cause) {
    throw corrupt(file, `its header is not JSON (${cause instanceof Error ? cause.message : String(cause)})`)
  }
  if (!isJsonObject(json)) throw corrupt(file, 'its header is not a JSON object')
  return json
}

function readMetadata(value: unknown, file: string): Record<string, string> {
  if (!isJsonObject(value)) throw corrupt(file, '"__metadata__" is not an object')
  const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string'
  const entries = Object.entries(value)
  if (!entries.every(isText)) throw corrupt(file, '"__metadata__" holds more than texts')
  return Object.fromEntries(entries)
}

function readEntry(
  name: string,
  value: unknown,
  at: FileFacts & { readonly dataStart: number },
): TensorEntry {
  if (!isJsonObject(value)) throw corrupt(at.file, `the entry of ${quoted(name)} is not an object`)
  const { dtype, shape, data_offsets: offsets } = value
  const isWhole = (n: unknown): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0
  if (typeof dtype !== 'string' || !Array.isArray(shape) || !shape.every(isWhole)) {
    throw corrupt(at.file, `the entry of ${quoted(name)} lacks a dtype or a shape`)
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isWhole)) {
    throw corrupt(at.file, `the entry of ${quoted(name)} lacks data_offsets`)
  }
  if (shape.length > mostDimensions) {
    throw corrupt(at.file, `${quoted(name)} has ${shape.length} dimensions, more than ${mostDimensions}`)
  }
  const width = bytesPerElement.get(dtype)
  const [start, end] = [at.dataStart + offsets[0], at.dataStart + offsets[1]]
  if (end < start) throw corrupt(at.file, `${quoted(name)} ends at byte ${end}, before its start ${start}`)
  if (width !== undefined && end - start !== sizeOf(shape) * width) {
    throw corrupt(
      at.file,
      `${quoted(name)} (${dtype} ${shapeText(shape)}) needs ${sizeOf(shape) * width} bytes, its entry has ${end - start}`,
    )
  }
  if (end > at.size) {
    throw corrupt(at.file, `is truncated: ${quoted(name)} ends at byte ${end}, the file has ${at.size}`)
  }
  return { name, format: dtype, shape, start, end }
}

/** Tensors follow each other without gap or overlap and fill the file. */
function checkLayout(entries: readonly TensorEntry[], at: FileFacts & { readonly dataStart: number }): void {
  let next = at.dataStart
  for (const entry of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (entry.start !== next)
      throw corrupt(at.file, `${quoted(entry.name)} begins at byte ${entry.start}, expected ${next}`)
    next = entry.end
  }
  if (next !== at.size) throw corrupt(at.file, `has ${at.size} bytes, its header describes ${next}`)
}

/**
 * Length bytes and header of a file with these tensors in this order; padded to 8 bytes as the format
 * advises.
 */
export function buildHeader(
  shapes: ReadonlyMap<string, readonly number[]>,
  metadata: Readonly<Record<string, string>>,
  format: FloatFormat | ((name: string) => FloatFormat) = 'F32',
): Uint8Array<ArrayBuffer> {
  const json: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const [name, shape] of shapes) {
    const dtype = typeof format === 'string' ? format : format(name)
    const end = offset + sizeOf(shape) * floatBytes[dtype]
    json[name] = { dtype, shape, data_offsets: [offset, end] }
    offset = end
  }
  const text = new TextEncoder().encode(JSON.stringify(json))
  const padded = Math.ceil(text.length / 8) * 8
  const bytes = new Uint8Array(lengthBytes + padded).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true)
  bytes.set(text, lengthBytes)
  return bytes
}

/**
 * Little-endian floats of any of the three formats as F32, into `target`; `bytes` may start at any address.
 */
export function decodeFloats(format: FloatFormat, bytes: Uint8Array, target: Float32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const words = new Uint32Array(target.buffer, target.byteOffset, target.length)
  switch (format) {
    case 'F32':
      for (let i = 0; i < words.length; i++) words[i] = view.getUint32(4 * i, true)
      return
    case 'BF16':
      for (let i = 0; i < words.length; i++) words[i] = view.getUint16(2 * i, true) << 16
      return
    case 'F16':
      for (let i = 0; i < words.length; i++) target[i] = halfToNumber(view.getUint16(2 * i, true))
  }
}

/** An IEEE half by its bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** F32 as BF16, rounded to nearest even. */
export function encodeBrainFloats(values: Float32Array): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < words.length; i++) {
    const isNaN = (words[i] & 0x7fffffff) > 0x7f800000
    halves[i] = isNaN ? 0x7fc0 : (words[i] + 0x7fff + ((words[i] >>> 16) & 1)) >>> 16
  }
  return halves
}

/** Where IEEE halves end: what is beyond would be infinite. */
export const largestHalf = 65504

/** The first value that IEEE halves have no number for; undefined: all have one. */
export function beyondHalves(values: Float32Array): number | undefined {
  return values.find((value) => Math.abs(value) > largestHalf)
}

/**
 * F32 as the bits of IEEE halves, rounded to nearest even; what is 65,520 or more is infinite. Source: the
 * rounding of numpy's `npy_floatbits_to_halfbits`.
 */
export function encodeHalfFloats(values: Float32Array): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < words.length; i++) {
    const magnitude = words[i] & 0x7fffffff
    const sign = (words[i] >>> 16) & 0x8000
    if (magnitude >= 0x477ff000) halves[i] = sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00)
    // of a number below 2⁻¹⁴ multiples of 2⁻²⁴ are kept
    else if (magnitude < 0x38800000) halves[i] = sign | roundToEven(Math.abs(values[i]) * 2 ** 24)
    else halves[i] = sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13)
  }
  return halves
}

function roundToEven(value: number): number {
  const below = Math.floor(value)
  return value - below === 0.5 ? below + (below & 1) : Math.round(value)
}

function corrupt(file: string, what: string): RecheckError {
  return new RecheckError('checkpoint.corrupt', `${file}: ${what}. Fetch or copy the file again.`)
}
