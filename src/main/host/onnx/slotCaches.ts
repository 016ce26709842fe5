import { Tensor } from 'onnxruntime-node'
import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import { paddedHeadWidth } from '../../../core/decoder/weights.ts'
import { freeArray } from '../../../core/model/freeArray.ts'
import type { Feeds } from './graphSession.ts'

/** A row's own token and S cached positions stand in one softmax: S + 1 is a multiple of this. */
export const lengthStep = 16

/** Bytes of one position's keys and values in all layers. */
export function cacheBytesPerPosition(config: ModelConfig): number {
  return 4 * 2 * config.layers * config.keyValueHeads * paddedHeadWidth(config)
}

/**
 * KV caches of numbered slots: for each layer a key and a value array [slots, K, S, Dp]. Runs see a range of
 * neighbouring slots as tensors over the same memory.
 */
export class SlotCaches {
  readonly bytesPerPosition: number
  readonly #heads: number
  readonly #layers: number
  readonly #width: number
  #arrays: Float32Array[] = []
  #slots = 0
  #length = 0

  constructor(config: ModelConfig) {
    this.#heads = config.keyValueHeads
    this.#layers = config.layers
    this.#width = paddedHeadWidth(config)
    this.bytesPerPosition = cacheBytesPerPosition(config)
  }

  /** S, positions of each slot. */
  get length(): number {
    return this.#length
  }

  /**
   * Room for `slots` rows of at least `length` positions; what they held is lost. Room from earlier stays where
   * it is large enough and no larger than `mostBytes`.
   */
  reserve(slots: number, length: number, mostBytes: number): void {
    this.#slots = slots
    this.#length = roundedLength(length)
    const needed = this.#elements()
    const held = this.#arrays[0]?.length ?? 0
    const isTooLarge = held > needed && 4 * 2 * this.#layers * held > mostBytes
    if (held >= needed && !isTooLarge) return
    // the old ones go first
    this.#free()
    this.#arrays = Array.from({ length: 2 * this.#layers }, () => new Float32Array(needed))
  }

  /** Longer slots that keep what they hold. */
  grow(length: number): void {
    const before = this.#length * this.#width
    this.#length = roundedLength(length)
    const after = this.#length * this.#width
    const needed = this.#elements()
    this.#arrays = this.#arrays.map((array) => {
      const target = array.length >= needed ? array : new Float32Array(needed)
      // from the last head to the first, so that nothing is overwritten before it has moved
      for (let head = this.#slots * this.#heads - 1; head >= 0; head--) {
        target.set(array.subarray(head * before, (head + 1) * before), head * after)
      }
      if (target !== array) freeArray(array)
      return target
    })
  }

  /** Cache feeds [count, K, S, Dp] of a prefill, and fetches over the same memory. */
  prefillTensors(from: number, count: number): { feeds: Feeds; fetches: Feeds } {
    const feeds: Feeds = {}
    const fetches: Feeds = {}
    this.#arrays.forEach((array, index) => {
      const dims = [count, this.#heads, this.#length, this.#width]
      const tensor = new Tensor('float32', this.#slotRange(array, from, count), dims)
      feeds[`past_${cacheName(index)}`] = tensor
      fetches[`present_${cacheName(index)}`] = tensor
    })
    return { feeds, fetches }
  }

  /** Cache feeds [count, K, 1, S, Dp] of a step over the first slots; only read. */
  stepFeeds(count: number): Feeds {
    const feeds: Feeds = {}
    this.#arrays.forEach((array, index) => {
      const dims = [count, this.#heads, 1, this.#length, this.#width]
      feeds[`past_${cacheName(index)}`] = new Tensor('float32', this.#slotRange(array, 0, count), dims)
    })
    return feeds
  }

  /**
   * Appends one position to each of the first slots. @param newCaches [rows, 2 · L · K · Dp] as the step's
   * graph gives them
   */
  append(newCaches: Float32Array, lengths: Int32Array): void {
    const width = this.#width
    let source = 0
    for (const [slot, length] of lengths.entries()) {
      for (const array of this.#arrays) {
        for (let head = 0; head < this.#heads; head++) {
          const target = this.#headStart(slot, head) + length * width
          // element by element: views for so few numbers would cost more than the copy
          for (let d = 0; d < width; d++) array[target + d] = newCaches[source++] ?? 0
        }
      }
    }
  }

  copy(from: number, to: number, length: number): void {
    const elements = length * this.#width
    this.#eachHead((array, head) => {
      const source = this.#headStart(from, head)
      array.copyWithin(this.#headStart(to, head), source, source + elements)
    })
  }

  read(slot: number, length: number): Float32Array {
    const elements = length * this.#width
    const saved = new Float32Array(this.#arrays.length * this.#heads * elements)
    let at = 0
    this.#eachHead((array, head) => {
      const start = this.#headStart(slot, head)
      saved.set(array.subarray(start, start + elements), at)
      at += elements
    })
    return saved
  }

  write(slot: number, saved: Float32Array, lengths: { readonly saved: number; readonly used: number }): void {
    let at = 0
    this.#eachHead((array, head) => {
      array.set(saved.subarray(at, at + lengths.used * this.#width), this.#headStart(slot, head))
      at += lengths.saved * this.#width
    })
  }

  release(): void {
    this.#free()
    this.#slots = 0
    this.#length = 0
  }

  #free(): void {
    this.#arrays.forEach(freeArray)
    this.#arrays = []
  }

  #elements(): number {
    return this.#slots * this.#heads * this.#length * this.#width
  }

  #slotRange(array: Float32Array, from: number, count: number): Float32Array {
    const perSlot = this.#heads * this.#length * this.#width
    return array.subarray(from * perSlot, (from + count) * perSlot)
  }

  #headStart(slot: number, head: number): number {
    return (slot * this.#heads + head) * this.#length * this.#width
  }

  #eachHead(use: (array: Float32Array, head: number) => void): void {
    for (const array of this.#arrays) {
      for (let head = 0; head < this.#heads; head++) use(array, head)
    }
  }
}

function roundedLength(length: number): number {
  return Math.ceil((length + 1) / lengthStep) * lengthStep - 1
}

function cacheName(index: number): string {
  return `${index % 2 === 0 ? 'key' : 'value'}_${index >> 1}`
}
