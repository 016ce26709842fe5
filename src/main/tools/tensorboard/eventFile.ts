import protobuf from 'protobufjs/minimal.js'
import { maskedChecksum } from '../../host/imports/tfRecords.ts'

/** An entry of an event file: what TensorBoard shows at one step. */
export interface TensorBoardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number
  readonly step: number
  readonly value: { readonly tag: string } & ({ readonly scalar: number } | { readonly text: string })
}

/** The first record of every file: readers refuse one without it. */
export function fileHeader(wallTime: number): Uint8Array {
  return record(
    message((w) => w.uint32(tag(1, 1)).double(wallTime).uint32(tag(3, 2)).string('brain.Event:2')),
  )
}

/**
 * Events as records of a TFRecord file. Field numbers are those of TensorFlow's event.proto, summary.proto
 * and tensor.proto.
 */
export function encodeEvents(events: readonly TensorBoardEvent[]): Uint8Array {
  return Buffer.concat(events.map((event) => record(encodeEvent(event))))
}

function encodeEvent({ wallTime, step, value }: TensorBoardEvent): Uint8Array {
  return message((event) => {
    event.uint32(tag(1, 1)).double(wallTime).uint32(tag(2, 0)).int64(step)
    submessage(event, 5, (summary) => submessage(summary, 1, (w) => writeValue(w, value)))
  })
}

/** DataType of tensor.proto. */
const stringType = 7

function writeValue(w: protobuf.Writer, value: TensorBoardEvent['value']): void {
  w.uint32(tag(1, 2)).string(value.tag)
  if ('scalar' in value) {
    w.uint32(tag(2, 5)).float(value.scalar)
    return
  }
  submessage(w, 8, (tensor) => {
    tensor.uint32(tag(1, 0)).int32(stringType)
    submessage(tensor, 2, (shape) => submessage(shape, 2, (size) => size.uint32(tag(1, 0)).int64(1)))
    tensor.uint32(tag(8, 2)).bytes(Buffer.from(value.text))
  })
  submessage(w, 9, (metadata) => submessage(metadata, 1, (plugin) => plugin.uint32(tag(1, 2)).string('text')))
}

function tag(field: number, wireType: 0 | 1 | 2 | 5): number {
  return (field << 3) | wireType
}

function message(write: (w: protobuf.Writer) => void): Uint8Array {
  const writer = protobuf.Writer.create()
  write(writer)
  return writer.finish()
}

function submessage(w: protobuf.Writer, field: number, write: (inner: protobuf.Writer) => void): void {
  w.uint32(tag(field, 2)).fork()
  write(w)
  w.ldelim()
}

/** TFRecord: length, its checksum, data, their checksum; all little-endian. */
function record(data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(data.length + 16)
  bytes.writeBigUInt64LE(BigInt(data.length), 0)
  bytes.writeUInt32LE(maskedChecksum(bytes.subarray(0, 8)), 8)
  bytes.set(data, 12)
  bytes.writeUInt32LE(maskedChecksum(data), 12 + data.length)
  return bytes
}
