import { freeArray } from '../model/freeArray.ts'
import { PrefixIndex } from './prefixIndex.ts'

/** The cache of a row that may serve later prompts which extend it. */
export interface KeptPrefix {
  /** Tokens whose keys and values are cached. */
  readonly ids: readonly number[]
  readonly cache: Float32Array
}

/** Kept caches by the tokens they stand for; the oldest go when `capBytes` is passed. It owns their arrays. */
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
    if (prefix.cache.byteLength > this.#capBytes) {
      freeArray(prefix.cache)
      return
    }
    this.#bytes += prefix.cache.byteLength
    const former = this.#index.add(prefix)
    if (former !== null) this.#drop(former)
    for (const oldest of this.#index.entries()) {
      if (this.#bytes <= this.#capBytes) break
      this.#index.delete(oldest)
      this.#drop(oldest)
    }
  }

  /** The longest kept row that the prompt extends by at least one token; null where there is none. */
  longestPrefixOf(promptIds: readonly number[]): KeptPrefix | null {
    return this.#index.longestPrefixOf(promptIds)
  }

  clear(): void {
    for (const prefix of this.#index.entries()) this.#drop(prefix)
    this.#index.clear()
  }

  #drop({ cache }: KeptPrefix): void {
    this.#bytes -= cache.byteLength
    freeArray(cache)
  }
}
