import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'

/** The file a header belongs to, as messages name it. */
export interface GgufFile {
  readonly file: string
  /** Size in bytes. */
  readonly size: number
}

/** What a dimension of a tensor may be at most: ONNX and TensorFlow take shapes as int32. */
const longestDimension = 2 ** 31 - 1

/** Reads little-endian values one after another and never beyond its bytes. */
export class GgufCursor {
  /** Thrown where the bytes end before the header does. */
  readonly outOfBytes = new Error('the header is longer than the bytes at hand')
  readonly #view: DataView
  readonly #bytes: Uint8Array
  readonly #file: GgufFile
  readonly #text = new TextDecoder('utf-8', { fatal: true })
  #at = 0

  constructor(bytes: Uint8Array, file: GgufFile) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#file = file
  }

  /** Of the next byte in the file. */
  get position(): number {
    return this.#at
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  float32(): number {
    return this.#view.getFloat32(this.#take(4), true)
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  /** As a number where JavaScript holds it exactly. */
  uint64(): number | bigint {
    return asNumber(this.#view.getBigUint64(this.#take(8), true))
  }

  int64(): number | bigint {
    return asNumber(this.#view.getBigInt64(this.#take(8), true))
  }

  flag(): boolean {
    const value = this.uint8()
    if (value > 1) throw this.invalid(`a truth value is ${value}`)
    return value === 1
  }

  text(): string {
    const length = this.count('bytes of a text', this.#file.size)
    const start = this.#take(length)
    try {
      return this.#text.decode(this.#bytes.subarray(start, start + length))
    } catch {
      throw this.invalid(`the text at byte ${start} is no UTF-8`)
    }
  }

  /** How many of something follow. @throws RecheckError `gguf.invalid` for more than there can be */
  count(what: string, most: number): number {
    const value = this.uint64()
    // each takes a byte at least
    const limit = Math.min(most, this.#file.size - this.#at)
    if (typeof value === 'number' && value <= limit) return value
    throw this.invalid(`it claims ${value} ${what}; at most ${Math.max(0, limit)} can be`)
  }

  /** A dimension of a tensor. */
  length(tensor: string): number {
    const value = this.uint64()
    if (typeof value === 'number' && value >= 1 && value <= longestDimension) return value
    throw this.invalid(`the tensor ${quoted(tensor)} has a dimension of ${value}`)
  }

  invalid(what: string): RecheckError {
    return new RecheckError('gguf.invalid', `${this.#file.file}: ${what}. Fetch or copy the file again.`)
  }

  unsupported(what: string): RecheckError {
    return new RecheckError('gguf.unsupported', `${this.#file.file}: ${what}.`)
  }

  #take(length: number): number {
    const start = this.#at
    if (start + length > this.#file.size)
      throw this.invalid(`is truncated: its header goes beyond its ${this.#file.size} bytes`)
    if (start + length > this.#bytes.length) throw this.outOfBytes
    this.#at = start + length
    return start
  }
}

function asNumber(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
