/** The cache of a row that may serve later prompts which extend it. */
export interface KeptPrefix {
  /** Tokens whose keys and values are cached. */
  readonly ids: readonly number[]
  readonly cache: Float32Array
}

/**
 * Kept caches by the tokens they stand for, oldest first; the oldest go when `capBytes` is passed. Looked up by a
 * rolling hash of every prefix of a prompt, so the cost is one pass over the prompt however many caches are kept.
 */
export class KeptPrefixes {
  readonly #capBytes: number
  #byHash = new Map<number, KeptPrefix>()
  #bytes = 0

  constructor(capBytes: number) {
    this.#capBytes = capBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  keep(prefix: KeptPrefix): void {
    if (prefix.cache.byteLength > this.#capBytes) return
    const hash = hashOf(prefix.ids)
    this.#drop(hash)
    this.#byHash.set(hash, prefix)
    this.#bytes += prefix.cache.byteLength
    for (const oldest of this.#byHash.keys()) {
      if (this.#bytes <= this.#capBytes) break
      this.#drop(oldest)
    }
  }

  /** The longest kept row that the prompt extends by at least one token; null where there is none. */
  longestPrefixOf(promptIds: readonly number[]): KeptPrefix | null {
    let longest: KeptPrefix | null = null
    let hash = hashStart
    for (let t = 0; t < promptIds.length - 1; t++) {
      hash = hashNext(hash, promptIds[t])
      const kept = this.#byHash.get(hash)
      if (kept !== undefined && isPrefix(kept.ids, promptIds, t + 1)) longest = kept
    }
    return longest
  }

  clear(): void {
    this.#byHash = new Map()
    this.#bytes = 0
  }

  #drop(hash: number): void {
    const held = this.#byHash.get(hash)
    if (held === undefined) return
    this.#byHash.delete(hash)
    this.#bytes -= held.cache.byteLength
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
