/**
 * The k items with the smallest keys of a stream, each key once: a random sample of fixed size when keys are
 * hashes, in memory that does not grow with the stream. A binary heap with the largest kept key on top.
 */
export class SmallestKeys<T> {
  readonly #capacity: number
  readonly #heap: { readonly key: number; readonly item: T }[] = []
  readonly #keys = new Set<number>()
  readonly #weightOf: (item: T) => number
  #weight = 0

  /** @param weightOf of an item, for `weight` */
  constructor(capacity: number, weightOf: (item: T) => number = () => 1) {
    this.#capacity = capacity
    this.#weightOf = weightOf
  }

  /** Of all items that are kept. */
  get weight(): number {
    return this.#weight
  }

  /**
   * @returns whether the item was kept (it may be pushed out later); a key already kept is not taken again
   */
  offer(key: number, item: T): boolean {
    if (this.#capacity === 0 || this.#keys.has(key)) return false
    if (this.#heap.length === this.#capacity) {
      if (key >= this.#heap[0].key) return false
      this.#keys.delete(this.#heap[0].key)
      this.#weight -= this.#weightOf(this.#heap[0].item)
      this.#heap[0] = { key, item }
      this.#sink()
    } else {
      this.#heap.push({ key, item })
      this.#rise()
    }
    this.#keys.add(key)
    this.#weight += this.#weightOf(item)
    return true
  }

  has(key: number): boolean {
    return this.#keys.has(key)
  }

  /** By key, smallest first. */
  items(): readonly T[] {
    return [...this.#heap].sort((a, b) => a.key - b.key).map(({ item }) => item)
  }

  #rise(): void {
    let at = this.#heap.length - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#heap[parent].key >= this.#heap[at].key) return
      this.#swap(parent, at)
      at = parent
    }
  }

  #sink(): void {
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      let largest = at
      for (const child of [left, left + 1]) {
        if (child < this.#heap.length && this.#heap[child].key > this.#heap[largest].key) largest = child
      }
      if (largest === at) return
      this.#swap(largest, at)
      at = largest
    }
  }

  #swap(a: number, b: number): void {
    const held = this.#heap[a]
    this.#heap[a] = this.#heap[b]
    this.#heap[b] = held
  }
}
