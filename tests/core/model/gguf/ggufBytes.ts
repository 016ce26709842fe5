/** Writes the bytes of GGUF files that no program would write. */
export class GgufBytes {
  readonly #parts: Uint8Array[] = []

  uint32(...values: readonly number[]): this {
    for (const value of values) this.#add(4, (view) => view.setUint32(0, value, true))
    return this
  }

  uint64(...values: readonly (number | bigint)[]): this {
    for (const value of values) this.#add(8, (view) => view.setBigUint64(0, BigInt(value), true))
    return this
  }

  text(text: string): this {
    const bytes = new TextEncoder().encode(text)
    this.uint64(bytes.length)
    this.#parts.push(bytes)
    return this
  }

  raw(...bytes: readonly number[]): this {
    this.#parts.push(new Uint8Array(bytes))
    return this
  }

  /** Magic, version and the two counts. */
  begin(tensors: number | bigint, entries: number | bigint, version = 3): this {
    return this.raw(0x47, 0x47, 0x55, 0x46).uint32(version).uint64(tensors, entries)
  }

  /** A tensor's entry; dimensions as the file has them, columns first. */
  tensor(
    name: string,
    dimensions: readonly (number | bigint)[],
    type: number,
    offset: number | bigint,
  ): this {
    return this.text(name)
      .uint32(dimensions.length)
      .uint64(...dimensions)
      .uint32(type)
      .uint64(offset)
  }

  /** With zeros to a multiple of 32 and so many beyond. */
  bytes(zeros = 0): Uint8Array<ArrayBuffer> {
    const length = this.#parts.reduce((sum, part) => sum + part.length, 0)
    const bytes = new Uint8Array(Math.ceil(length / 32) * 32 + zeros)
    let at = 0
    for (const part of this.#parts) {
      bytes.set(part, at)
      at += part.length
    }
    return bytes
  }

  #add(length: number, write: (view: DataView) => void): void {
    const bytes = new Uint8Array(length)
    write(new DataView(bytes.buffer))
    this.#parts.push(bytes)
  }
}
