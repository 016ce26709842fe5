import { PrefixIndex } from './prefixIndex.ts'

/** The cache of a row that may serve later prompts which extend it. */
export interface KeptPrefix {
  /** Tokens whose keys and values are cached. */
  readonly ids: readonly number[]
  readonly cache: Float32Array
}

/** Kept caches by the tokens they stand for; the oldest go when `capBytes` is passed. */
export class KeptPrefixes {
  readonly #capBytes: number
  readonly #index = new PrefixIndex<KeptPrefix>()
  #bytes = 0

  constructor(capBytes: number) {
    this.#capBytes = capBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  keep(prefix: KeptPrefix): void {
    if (prefix.cache.byteLength > this.#capBytes) return
    this.#bytes += prefix.cache.byteLength - (this.#index.add(prefix)?.cache.byteLength ?? 0)
    for (const oldest of this.#index.entries()) {
      if (this.#bytes <= this.#capBytes) break
      this.#index.delete(oldest)
      this.#bytes -= oldest.cache.byteLength
    }
  }

  /** The longest kept row that the prompt extends by at least one token; null where there is none. */
  longestPrefixOf(promptIds: readonly number[]): KeptPrefix | null {
    return this.#index.longestPrefixOf(promptIds)
  }

  clear(): void {
    this.#index.clear()
    this.#bytes = 0
  }
}
