import { Tensor } from 'onnxruntime-node'
import type { ModelConfig } from '../../core/model/modelConfig.ts'
import { paddedHeadWidth } from '../../core/sampling/onnxWeights.ts'
import type { Feeds } from './onnxDecoderSession.ts'

/**
 * KV caches of numbered slots: for each layer a key and a value array [slots, K, length, Dp]. Runs see a range of
 * neighbouring slots as tensors over the same memory, updated in place.
 */
export class SlotCaches {
  readonly #config: ModelConfig
  readonly #width: number
  #arrays: Float32Array[] = []
  #slots = 0
  #length = 0

  constructor(config: ModelConfig) {
    this.#config = config
    this.#width = paddedHeadWidth(config)
  }

  get bytesPerPosition(): number {
    return 4 * 2 * this.#config.layers * this.#config.keyValueHeads * this.#width
  }

  get slots(): number {
    return this.#slots
  }

  /** @returns whether the shape changed, so that tensors made before are stale */
  reserve(slots: number, length: number): boolean {
    if (slots === this.#slots && length === this.#length) return false
    const needed = slots * this.#config.keyValueHeads * length * this.#width
    const held = this.#arrays[0]
    if (held === undefined || held.length < needed) {
      this.#arrays = []
      this.#arrays = Array.from({ length: 2 * this.#config.layers }, () => new Float32Array(needed))
    }
    this.#slots = slots
    this.#length = length
    return true
  }

  /** Cache feeds and fetches of slots from … from + count − 1; both name the same memory. */
  tensors(from: number, count: number): { feeds: Feeds; fetches: Feeds } {
    const { keyValueHeads } = this.#config
    const perSlot = keyValueHeads * this.#length * this.#width
    const feeds: Feeds = {}
    const fetches: Feeds = {}
    this.#arrays.forEach((array, index) => {
      const view = array.subarray(from * perSlot, (from + count) * perSlot)
      const tensor = new Tensor('float32', view, [count, keyValueHeads, this.#length, this.#width])
      const name = `${index % 2 === 0 ? 'key' : 'value'}_${index >> 1}`
      feeds[`past_${name}`] = tensor
      fetches[`present_${name}`] = tensor
    })
    return { feeds, fetches }
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
    const saved = new Float32Array(this.#arrays.length * this.#config.keyValueHeads * elements)
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
    this.#arrays = []
    this.#slots = 0
    this.#length = 0
  }

  #headStart(slot: number, head: number): number {
    return (slot * this.#config.keyValueHeads + head) * this.#length * this.#width
  }

  #eachHead(use: (array: Float32Array, head: number) => void): void {
    for (const array of this.#arrays) {
      for (let head = 0; head < this.#config.keyValueHeads; head++) use(array, head)
    }
  }
}
