import type { FileHandle } from 'node:fs/promises'

/** What one place of a TFRecord file holds. */
export type TfRecord =
  | { readonly kind: 'record'; readonly data: Buffer; readonly end: number }
  /** Its checksum does not fit, or it is larger than what is read; the next one is where it should be. */
  | { readonly kind: 'damaged'; readonly end: number }
  | { readonly kind: 'too-large'; readonly end: number }
  /** The file ends within a record, as one that is still written does. */
  | { readonly kind: 'cut'; readonly end: number }
  /** The length of a record fails its checksum: where the next one begins is not known. */
  | { readonly kind: 'lost'; readonly at: number; readonly end: number }

/** Of one record, bytes. Pictures and sound are large, what is drawn as a curve is not. */
const largestRecord = 16 * 2 ** 20
const headBytes = 12
const tailBytes = 4
const chunkBytes = 2 ** 20

/**
 * Records of a TFRecord file (length, its checksum, data, their checksum; little-endian), as a stream: no
 * claim of a file takes more memory than the limit.
 */
export async function* readTfRecords(file: FileHandle): AsyncGenerator<TfRecord> {
  const { size } = await file.stat()
  const reader = new Window(file)
  let at = 0
  while (at < size) {
    if (at + headBytes > size) return yield { kind: 'cut', end: size }
    const head = await reader.bytes(at, headBytes)
    if (head.readUInt32LE(8) !== maskedChecksum(head.subarray(0, 8)))
      return yield { kind: 'lost', at, end: size }
    const length = Number(head.readBigUInt64LE(0))
    const end = at + headBytes + length + tailBytes
    if (end > size) return yield { kind: 'cut', end: size }
    if (length > largestRecord) yield { kind: 'too-large', end }
    else {
      const body = await reader.bytes(at + headBytes, length + tailBytes)
      const data = body.subarray(0, length)
      const isSound = body.readUInt32LE(length) === maskedChecksum(data)
      yield isSound ? { kind: 'record', data, end } : { kind: 'damaged', end }
    }
    at = end
  }
}

/** The part of a file that is in memory. */
class Window {
  readonly #file: FileHandle
  #held = Buffer.alloc(0)
  #from = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** What is returned stays as it is when more is read. */
  async bytes(at: number, length: number): Promise<Buffer> {
    const isHeld = at >= this.#from && at + length <= this.#from + this.#held.length
    if (!isHeld) {
      const wanted = Buffer.alloc(Math.max(length, chunkBytes))
      const { bytesRead } = await this.#file.read(wanted, 0, wanted.length, at)
      this.#held = wanted.subarray(0, bytesRead)
      this.#from = at
    }
    const part = this.#held.subarray(at - this.#from, at - this.#from + length)
    if (part.length < length) throw new RangeError(`the file has become shorter while it was read`)
    return part
  }
}

/** CRC-32C, turned and shifted: a file that holds checksums is not to look like its own. */
export function maskedChecksum(data: Uint8Array): number {
  const crc = crc32c(data)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

/** Castagnoli's polynomial, bits reversed. */
const polynomial = 0x82f63b78
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
  return crc
})

function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of data) crc = (crc >>> 8) ^ (remainders[(crc ^ byte) & 0xff] ?? 0)
  return (crc ^ 0xffffffff) >>> 0
}
