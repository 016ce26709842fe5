import protobuf from 'protobufjs/minimal.js'
import { importLimits } from '../../../shared/runs/imports/importedRun.ts'

/** What an entry of an event file says; field numbers are those of TensorFlow's event.proto. */
export interface SummaryEvent {
  /** Seconds since 1970. */
  readonly wallTime: number
  /** NaN where it is beyond what a number holds exactly. */
  readonly step: number
  /** A program went on from an earlier step: what was logged from this step on is void. */
  readonly isRestart: boolean
  readonly scalars: readonly Scalar[]
  /** Values that are no scalars: pictures, sound, histograms, texts. */
  readonly others: number
}

export interface Scalar {
  /** Null where it is no text, or longer than any name that is kept. */
  readonly tag: string | null
  readonly value: number
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
/** UTF-8 takes at most so many bytes a UTF-16 unit. */
const longestTag = importLimits.metricName * 3

/** @throws RangeError, Error what protobufjs throws where the bytes are no such message */
export function readSummaryEvent(data: Uint8Array): SummaryEvent {
  const reader = protobuf.Reader.create(data)
  const scalars: Scalar[] = []
  let [wallTime, step, others, isRestart] = [NaN, 0, 0, false]
  while (reader.pos < reader.len) {
    const key = reader.uint32()
    switch (key) {
      case fieldKey(1, 1):
        wallTime = reader.double()
        break
      case fieldKey(2, 0):
        step = exactNumber(reader)
        break
      case fieldKey(5, 2):
        others += readSummary(reader.bytes(), scalars)
        break
      case fieldKey(7, 2):
        isRestart ||= isSessionStart(reader.bytes())
        break
      default:
        reader.skipType(key & 7)
    }
  }
  return { wallTime, step, isRestart, scalars, others }
}

function fieldKey(field: number, wireType: 0 | 1 | 2 | 5): number {
  return (field << 3) | wireType
}

/** protobufjs gives a Long where the package is there, else a number. */
function exactNumber(reader: protobuf.Reader): number {
  const value = Number(String(reader.int64()))
  return Number.isSafeInteger(value) ? value : NaN
}

/** SessionLog.status = START (1). */
function isSessionStart(bytes: Uint8Array): boolean {
  const reader = protobuf.Reader.create(bytes)
  let status = 0
  while (reader.pos < reader.len) {
    const key = reader.uint32()
    if (key === fieldKey(1, 0)) status = reader.int32()
    else reader.skipType(key & 7)
  }
  return status === 1
}

/** @returns how many of its values are no scalars */
function readSummary(bytes: Uint8Array, scalars: Scalar[]): number {
  const reader = protobuf.Reader.create(bytes)
  let others = 0
  while (reader.pos < reader.len) {
    const key = reader.uint32()
    if (key !== fieldKey(1, 2)) {
      reader.skipType(key & 7)
      continue
    }
    const scalar = readValue(reader.bytes())
    if (scalar === null) others++
    else scalars.push(scalar)
  }
  return others
}

/** Summary.Value: `simple_value`, or a tensor that holds one number. */
function readValue(bytes: Uint8Array): Scalar | null {
  const reader = protobuf.Reader.create(bytes)
  let tag: string | null = ''
  let value: number | null = null
  while (reader.pos < reader.len) {
    const key = reader.uint32()
    switch (key) {
      case fieldKey(1, 2):
        tag = textOf(reader.bytes())
        break
      case fieldKey(2, 5):
        value = reader.float()
        break
      case fieldKey(8, 2):
        value = readTensor(reader.bytes())
        break
      default:
        reader.skipType(key & 7)
    }
  }
  return value === null ? null : { tag, value }
}

function textOf(bytes: Uint8Array): string | null {
  if (bytes.length > longestTag) return null
  try {
    return utf8.decode(bytes)
  } catch {
    return null // said by who counts the names that are left out
  }
}

/** DataType of types.proto, and the field of TensorProto that holds its values. */
const [float, double, int32, int64] = [1, 2, 3, 9]

interface TensorParts {
  type: number
  /** Product of its sizes; 1 for a scalar. */
  count: number
  content: Uint8Array | null
  values: number[]
}

/** A tensor's one number, or null where it holds another count or another kind of values. */
function readTensor(bytes: Uint8Array): number | null {
  const parts: TensorParts = { type: 0, count: 1, content: null, values: [] }
  const reader = protobuf.Reader.create(bytes)
  while (reader.pos < reader.len) readTensorField(reader, parts)
  const { type, count, content, values } = parts
  if (count !== 1 || ![float, double, int32, int64].includes(type)) return null
  if (content === null || content.length === 0) return values.length === 1 ? (values[0] ?? null) : null
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  if (type === float && content.length === 4) return view.getFloat32(0, true)
  if (type === double && content.length === 8) return view.getFloat64(0, true)
  if (type === int32 && content.length === 4) return view.getInt32(0, true)
  return type === int64 && content.length === 8 ? Number(view.getBigInt64(0, true)) : null
}

function readTensorField(reader: protobuf.Reader, parts: TensorParts): void {
  const key = reader.uint32()
  const field = key >>> 3
  if (key === fieldKey(1, 0)) parts.type = reader.int32()
  else if (key === fieldKey(2, 2)) parts.count = elementsOf(reader.bytes())
  else if (key === fieldKey(4, 2)) parts.content = reader.bytes()
  else if (valueFields.has(field)) readValues(reader, key, parts.values)
  else reader.skipType(key & 7)
}

/** float_val, double_val, int_val, int64_val; packed, or one by one. */
const valueFields: ReadonlyMap<number, (reader: protobuf.Reader) => number> = new Map([
  [5, (reader) => reader.float()],
  [6, (reader) => reader.double()],
  [7, (reader) => reader.int32()],
  [10, exactNumber],
])

/** Two are enough to know that it is no scalar. */
function readValues(reader: protobuf.Reader, key: number, values: number[]): void {
  const read = valueFields.get(key >>> 3)
  if (read === undefined) return
  const isPacked = (key & 7) === 2
  const inner = isPacked ? protobuf.Reader.create(reader.bytes()) : reader
  do {
    if (isPacked && inner.pos >= inner.len) return
    const value = read(inner)
    if (values.length < 2) values.push(value)
  } while (isPacked && values.length < 2)
}

/** TensorShapeProto: sizes of its dimensions. */
function elementsOf(bytes: Uint8Array): number {
  const reader = protobuf.Reader.create(bytes)
  let count = 1
  while (reader.pos < reader.len) {
    const key = reader.uint32()
    if (key !== fieldKey(2, 2)) {
      reader.skipType(key & 7)
      continue
    }
    const size = protobuf.Reader.create(reader.bytes())
    while (size.pos < size.len) {
      const inner = size.uint32()
      if (inner === fieldKey(1, 0)) count *= exactNumber(size)
      else size.skipType(inner & 7)
    }
  }
  return count
}
