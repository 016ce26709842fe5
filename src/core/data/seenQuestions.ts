/** Where a question was read, and a hash of its answer. */
export interface SeenQuestion {
  readonly file: number
  readonly line: number
  readonly answerHash: number
}

const smallest = 1024

/**
 * Questions by their hash, in 18 bytes a slot: a table in typed arrays, because a Map of a million numbers takes eight
 * times as much and ends at 16 million.
 */
export class SeenQuestions {
  /** Hash + 1; 0 is an empty slot. */
  #keys = new Float64Array(smallest)
  #answers = new Uint32Array(smallest)
  #lines = new Uint32Array(smallest)
  #files = new Uint16Array(smallest)
  #size = 0

  /** @returns what was noted for the question with this hash; null where it is new */
  find(hash: number): SeenQuestion | null {
    const slot = this.#slotOf(hash)
    return this.#keys[slot] === 0 ? null : this.#at(slot)
  }

  /**
   * Notes a question that is new.
   *
   * @param hash  of the question, 0 ≤ hash < 2⁵³
   * @returns what was noted for it before; null where it is new
   */
  meet(hash: number, question: SeenQuestion): SeenQuestion | null {
    if (this.#size * 4 >= this.#keys.length * 3) this.#grow()
    const slot = this.#slotOf(hash)
    if (this.#keys[slot] !== 0) return this.#at(slot)
    this.#size++
    this.#put(slot, hash, question)
    return null
  }

  #at(slot: number): SeenQuestion {
    return {
      file: this.#files[slot] ?? 0,
      line: this.#lines[slot] ?? 0,
      answerHash: this.#answers[slot] ?? 0,
    }
  }

  /** The slot that holds this hash, or the empty one where it belongs. */
  #slotOf(hash: number): number {
    const mask = this.#keys.length - 1
    let slot = hash % this.#keys.length
    while (this.#keys[slot] !== 0 && this.#keys[slot] !== hash + 1) slot = (slot + 1) & mask
    return slot
  }

  #put(slot: number, hash: number, { file, line, answerHash }: SeenQuestion): void {
    this.#keys[slot] = hash + 1
    this.#answers[slot] = answerHash
    this.#lines[slot] = line
    this.#files[slot] = file
  }

  #grow(): void {
    const [keys, answers, lines, files] = [this.#keys, this.#answers, this.#lines, this.#files]
    this.#keys = new Float64Array(keys.length * 2)
    this.#answers = new Uint32Array(keys.length * 2)
    this.#lines = new Uint32Array(keys.length * 2)
    this.#files = new Uint16Array(keys.length * 2)
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? 0
      if (key === 0) continue
      const question = { file: files[i] ?? 0, line: lines[i] ?? 0, answerHash: answers[i] ?? 0 }
      this.#put(this.#slotOf(key - 1), key - 1, question)
    }
  }
}
