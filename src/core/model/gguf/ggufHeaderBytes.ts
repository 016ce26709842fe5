import { sizeOf } from '../parameterTable.ts'
import { blockLayouts } from './ggmlTypes.ts'

/** A value of the metadata with the kind that llama.cpp reads it as. */
export type GgufEntry =
  | { readonly kind: 'text'; readonly value: string }
  /** Whole, 0 or more, in 32 bits. */
  | { readonly kind: 'count'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'flag'; readonly value: boolean }
  | { readonly kind: 'texts'; readonly values: readonly string[] }
  /** Signed, in 32 bits. */
  | { readonly kind: 'integers'; readonly values: readonly number[] }

/** A tensor that is to be written, in the order of dimensions that transformers writes: rows first. */
export interface WrittenTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly type: 'F32' | 'F16'
}

/** Every tensor begins at a multiple of this many bytes; the format's default. */
const alignment = 32

const kindNumbers = { count: 4, integer: 5, float: 6, flag: 7, text: 8, list: 9 } as const
const typeNumbers = { F32: 0, F16: 1 } as const

/** Bytes of a tensor's values. */
export function tensorBytes({ shape, type }: Pick<WrittenTensor, 'shape' | 'type'>): number {
  return sizeOf(shape) * blockLayouts[type].bytes
}

/** Zero bytes behind so many, up to where the next tensor may begin. */
export function paddingAfter(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment - bytes
}

/**
 * The beginning of a GGUF file of version 3, up to the first byte of the first tensor; tensors follow in this
 * order, each padded. Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function buildGgufHeader(
  metadata: ReadonlyMap<string, GgufEntry>,
  tensors: readonly WrittenTensor[],
): Uint8Array<ArrayBuffer> {
  const bytes = new ByteList()
  bytes.uint32(0x46554747) // "GGUF"
  bytes.uint32(3)
  bytes.uint64(tensors.length)
  bytes.uint64(metadata.size)
  for (const [key, entry] of metadata) {
    bytes.text(key)
    writeEntry(bytes, entry)
  }
  let offset = 0
  for (const tensor of tensors) {
    bytes.text(tensor.name)
    bytes.uint32(tensor.shape.length)
    for (const length of tensor.shape.toReversed()) bytes.uint64(length)
    bytes.uint32(typeNumbers[tensor.type])
    bytes.uint64(offset)
    const size = tensorBytes(tensor)
    offset += size + paddingAfter(size)
  }
  bytes.zeros(paddingAfter(bytes.length))
  return bytes.whole()
}

function writeEntry(bytes: ByteList, entry: GgufEntry): void {
  switch (entry.kind) {
    case 'text':
      bytes.uint32(kindNumbers.text)
      return bytes.text(entry.value)
    case 'count':
      bytes.uint32(kindNumbers.count)
      return bytes.uint32(entry.value)
    case 'float':
      bytes.uint32(kindNumbers.float)
      return bytes.float32(entry.value)
    case 'flag':
      bytes.uint32(kindNumbers.flag)
      return bytes.uint8(entry.value ? 1 : 0)
    case 'texts':
      bytes.list(kindNumbers.text, entry.values.length)
      for (const value of entry.values) bytes.text(value)
      return
    case 'integers':
      bytes.list(kindNumbers.integer, entry.values.length)
      for (const value of entry.values) bytes.int32(value)
  }
}

/** Little-endian values one after another. */
class ByteList {
  #bytes = new Uint8Array(1 << 16)
  #view = new DataView(this.#bytes.buffer)
  readonly #encoder = new TextEncoder()
  #length = 0

  get length(): number {
    return this.#length
  }

  uint8(value: number): void {
    const at = this.#grow(1)
    this.#view.setUint8(at, value)
  }

  uint32(value: number): void {
    const at = this.#grow(4)
    this.#view.setUint32(at, value, true)
  }

  int32(value: number): void {
    const at = this.#grow(4)
    this.#view.setInt32(at, value, true)
  }

  uint64(value: number): void {
    const at = this.#grow(8)
    this.#view.setBigUint64(at, BigInt(value), true)
  }

  float32(value: number): void {
    const at = this.#grow(4)
    this.#view.setFloat32(at, value, true)
  }

  text(value: string): void {
    const encoded = this.#encoder.encode(value)
    this.uint64(encoded.length)
    const at = this.#grow(encoded.length)
    this.#bytes.set(encoded, at)
  }

  list(kind: number, length: number): void {
    this.uint32(kindNumbers.list)
    this.uint32(kind)
    this.uint64(length)
  }

  zeros(count: number): void {
    this.#grow(count)
  }

  whole(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  /** @returns where the new bytes begin */
  #grow(count: number): number {
    const start = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length))
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return start
  }
}
