/** Where a question was read, and a hash of its answer. */
export interface SeenQuestion {
  readonly file: number
  readonly line: number
  readonly answerHash: number
}

/** Questions in one chunk of the store. */
const chunkSize = 65_536
const fewestChains = 1024

/** 22 bytes a question, in arrays that are never copied. */
interface Chunk {
  readonly keys: Float64Array
  readonly answers: Uint32Array
  readonly lines: Uint32Array
  readonly files: Uint16Array
  /** Number of the next question of the same chain + 1; 0 ends it. */
  readonly next: Uint32Array
}

/**
 * Questions by their hash: a table of chains over typed arrays. A Map of a million numbers takes several
 * times as much and ends at 16 million; a table that is copied whenever it grows leaves as much behind as it
 * holds.
 */
export class SeenQuestions {
  readonly #chunks: Chunk[] = []
  /** Per chain the number of its first question + 1; 0: none. Its length is a power of two. */
  #chains = new Uint32Array(fewestChains)
  #size = 0

  /** @returns what was noted for the question with this hash; null where it is new */
  find(hash: number): SeenQuestion | null {
    for (let number = this.#chains[this.#chainOf(hash)] ?? 0; number !== 0;) {
      const { chunk, index } = this.#at(number - 1)
      if (chunk.keys[index] === hash) {
        return {
          file: chunk.files[index] ?? 0,
          line: chunk.lines[index] ?? 0,
          answerHash: chunk.answers[index] ?? 0,
        }
      }
      number = chunk.next[index] ?? 0
    }
    return null
  }

  /**
   * Notes a question that is new.
   *
   * @param hash  of the question, 0 ≤ hash < 2⁵³
   * @returns what was noted for it before; null where it is new
   */
  meet(hash: number, { file, line, answerHash }: SeenQuestion): SeenQuestion | null {
    const known = this.find(hash)
    if (known !== null) return known
    if (this.#size === this.#chunks.length * chunkSize) this.#chunks.push(emptyChunk())
    if (this.#size >= 2 * this.#chains.length) this.#lengthenTable()
    const { chunk, index } = this.#at(this.#size)
    chunk.keys[index] = hash
    chunk.answers[index] = answerHash
    chunk.lines[index] = line
    chunk.files[index] = file
    this.#link(this.#size)
    this.#size++
    return null
  }

  #at(number: number): { readonly chunk: Chunk; readonly index: number } {
    const chunk = this.#chunks[Math.floor(number / chunkSize)]
    if (chunk === undefined) throw new RangeError(`SeenQuestions: there is no question ${number}`)
    return { chunk, index: number % chunkSize }
  }

  #chainOf(hash: number): number {
    return hash % this.#chains.length
  }

  /** Puts a stored question at the head of its chain. */
  #link(number: number): void {
    const { chunk, index } = this.#at(number)
    const chain = this.#chainOf(chunk.keys[index] ?? 0)
    chunk.next[index] = this.#chains[chain] ?? 0
    this.#chains[chain] = number + 1
  }

  #lengthenTable(): void {
    this.#chains = new Uint32Array(4 * this.#chains.length)
    for (let number = 0; number < this.#size; number++) this.#link(number)
  }
}

function emptyChunk(): Chunk {
  return {
    keys: new Float64Array(chunkSize),
    answers: new Uint32Array(chunkSize),
    lines: new Uint32Array(chunkSize),
    files: new Uint16Array(chunkSize),
    next: new Uint32Array(chunkSize),
  }
}
