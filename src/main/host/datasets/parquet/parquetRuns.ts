import { ParquetError } from './parquetError.ts'
/**
 * Values of Parquet's hybrid of run-length and bit-packed runs (RLE), at most `count` however long a run
 * claims to be.
 *
 * @param width bits of a value, 0 to 32
 * @throws ParquetError where the bytes end before
 */
export function readRuns(bytes: Buffer, start: number, width: number, count: number): Uint32Array {
  const values = new Uint32Array(count)
  if (width === 0) return values
  if (width > 32) throw new ParquetError(`values of ${width} bits`)
  const valueBytes = Math.ceil(width / 8)
  let at = start
  let seen = 0
  while (seen < count) {
    const { value: head, end } = readVarInt(bytes, at)
    at = end
    if (head % 2 === 0) {
      const next = Math.min(count, seen + head / 2)
      values.fill(bytes.readUIntLE(at, valueBytes), seen, next)
      at += valueBytes
      seen = next
    } else {
      const groups = (head - 1) / 2
      const taken = Math.min(count - seen, groups * 8)
      unpack(bytes, { at, width }, values.subarray(seen, seen + taken))
      at += groups * width
      seen += taken
    }
  }
  return values
}

/** Unsigned LEB128 of at most 32 bits. */
function readVarInt(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0
  for (let i = 0; i < 5; i++) {
    const byte = bytes.readUInt8(start + i)
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return { value, end: start + i + 1 }
  }
  throw new ParquetError('a run of more than 2³² values')
}

/** Values of `width` bits each, the lowest bit first. */
function unpack(
  bytes: Buffer,
  { at, width }: { readonly at: number; readonly width: number },
  values: Uint32Array,
): void {
  const needed = Math.ceil((values.length * width) / 8)
  if (at + needed > bytes.length) throw new ParquetError('the values end within a run')
  let bit = 0
  for (let i = 0; i < values.length; i++) {
    const first = at + (bit >> 3)
    const shift = bit & 7
    const length = (shift + width + 7) >> 3
    // at most 39 bits: exact in a double
    const packed = bytes.readUIntLE(first, length)
    values[i] = Math.floor(packed / 2 ** shift) % 2 ** width
    bit += width
  }
}
