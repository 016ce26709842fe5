/** What stands for a row of tokens whose keys and values are cached. */
export interface CachedPrefix {
  readonly ids: readonly number[]
}

/**
 * Entries by the tokens they stand for, oldest first. Looked up by a rolling hash of every prefix of a
 * prompt, so the cost is one pass over the prompt however many entries there are.
 */
export class PrefixIndex<Entry extends CachedPrefix> {
  #byHash = new Map<number, Entry>()

  /** @returns the entry that made way: of the same tokens, or of the same hash */
  add(entry: Entry): Entry | null {
    const hash = hashOf(entry.ids)
    const former = this.#byHash.get(hash)
    this.#byHash.delete(hash)
    this.#byHash.set(hash, entry)
    return former ?? null
  }

  /** The longest entry that the prompt extends by at least one token; null where there is none. */
  longestPrefixOf(promptIds: readonly number[]): Entry | null {
    let longest: Entry | null = null
    let hash = hashStart
    for (let t = 0; t < promptIds.length - 1; t++) {
      hash = hashNext(hash, promptIds[t])
      const entry = this.#byHash.get(hash)
      if (entry !== undefined && isPrefix(entry.ids, promptIds, t + 1)) longest = entry
    }
    return longest
  }

  delete(entry: Entry): void {
    const hash = hashOf(entry.ids)
    if (this.#byHash.get(hash) === entry) this.#byHash.delete(hash)
  }

  get size(): number {
    return this.#byHash.size
  }

  clear(): void {
    this.#byHash = new Map()
  }

  /** Oldest first. */
  entries(): IterableIterator<Entry> {
    return this.#byHash.values()
  }
}

const hashStart = 0x811c9dc5

/** Two 26-bit halves of an FNV-like hash in one exact double, so that collisions stay rare without BigInt. */
function hashNext(hash: number, id: number): number {
  const low = Math.imul((hash & 0x3ffffff) ^ id, 0x01000193) & 0x3ffffff
  const high = Math.imul((Math.floor(hash / 0x4000000) & 0x3ffffff) ^ (id + 0x9e37), 0x85ebca6b) & 0x3ffffff
  return high * 0x4000000 + low
}

function hashOf(ids: readonly number[]): number {
  return ids.reduce(hashNext, hashStart)
}

/** A hash may collide; the tokens decide. */
function isPrefix(ids: readonly number[], promptIds: readonly number[], length: number): boolean {
  return ids.length === length && ids.every((id, t) => id === promptIds[t])
}
