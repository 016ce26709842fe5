import { ParquetError } from './parquetError.ts'
/**
 * Counts the fields and list items of a structure in Thrift's compact protocol, without making any of them: a
 * byte of a hostile file can stand for an object of a hundred. Source: thrift-compact-protocol.md of Apache
 * Thrift.
 *
 * @throws ParquetError where it has more than `limit` elements, is nested too deeply, or does not end
 */
export function checkThriftElements(bytes: Uint8Array, start: number, limit: number): void {
  const cursor = new ElementCounter(bytes, start, limit)
  cursor.struct(0)
}

const deepest = 32

class ElementCounter {
  readonly #bytes: Uint8Array
  #at: number
  #left: number

  constructor(bytes: Uint8Array, start: number, limit: number) {
    this.#bytes = bytes
    this.#at = start
    this.#left = limit
  }

  struct(depth: number): void {
    if (depth > deepest) throw new ParquetError(`structures nested deeper than ${deepest}`)
    for (;;) {
      const head = this.#byte()
      const type = head & 0x0f
      if (type === 0) return
      if (head >> 4 === 0) this.#varInt()
      this.#count()
      // the value of a boolean field is its type
      if (type > 2) this.#value(type, depth)
    }
  }

  #value(type: number, depth: number): void {
    switch (type) {
      case 1:
      case 2:
      case 3:
        this.#skip(1)
        return
      case 4:
      case 5:
      case 6:
        this.#varInt()
        return
      case 7:
        this.#skip(8)
        return
      case 8:
        this.#skip(this.#varInt())
        return
      case 9:
        this.#list(depth)
        return
      case 12:
        this.struct(depth + 1)
        return
      default:
        throw new ParquetError(`unknown type ${type} in the metadata`)
    }
  }

  #list(depth: number): void {
    const head = this.#byte()
    const size = head >> 4 === 15 ? this.#varInt() : head >> 4
    for (let i = 0; i < size; i++) {
      this.#count()
      this.#value(head & 0x0f, depth + 1)
    }
  }

  #count(): void {
    if (--this.#left < 0) throw new ParquetError('more fields than any file of problems has')
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new ParquetError('it ends within a structure')
    return byte
  }

  #skip(count: number): void {
    this.#at += count
    if (count < 0 || this.#at > this.#bytes.length) throw new ParquetError('it ends within a structure')
  }

  #varInt(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      if (factor > 2 ** 56) throw new ParquetError('a number of more than 64 bits')
    }
  }
}
