const most = 200

/** Counts texts by what they are; of very many different ones the later are counted together. */
export class Tally {
  readonly #counts = new Map<string, number>()
  #others = 0

  add(text: string | null): void {
    if (text === null) return
    if (this.#counts.has(text) || this.#counts.size < most)
      this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1)
    else this.#others++
  }

  counts(): Readonly<Record<string, number>> {
    const sorted = [...this.#counts].sort()
    return Object.fromEntries(this.#others === 0 ? sorted : sorted.concat([['(others)', this.#others]]))
  }
}
