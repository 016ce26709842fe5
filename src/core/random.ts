/**
 * Seeded random numbers. Every use has a stream of its own, forked by labels, so that a draw added in one
 * place cannot shift another. Generator: xoshiro128** (Blackman and Vigna, arXiv 1805.01407), 2¹²⁸ − 1
 * period; seeding: MurmurHash3's finaliser over a 32-bit FNV-1a of the labels, four lanes.
 */
export type RandomState = readonly [number, number, number, number]

export class Random {
  #state: Uint32Array

  constructor(state: RandomState) {
    this.#state = Uint32Array.from(state)
    // xoshiro never leaves the all-zero state
    if (this.#state.every((word) => word === 0)) this.#state[0] = 0x9e3779b9
  }

  /** The next 32 random bits, as an unsigned integer. */
  nextUint32(): number {
    const s = this.#state
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0
    const t = s[1] << 9
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = rotateLeft(s[3], 11)
    return result
  }

  /** Uniform in [0, 1) with 53 bits. */
  next(): number {
    const high = this.nextUint32() >>> 5
    const low = this.nextUint32() >>> 6
    return (high * 67108864 + low) / 9007199254740992
  }

  /** Uniform integer in [0, bound); bound ≥ 1. */
  nextInt(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1)
      throw new RangeError(`nextInt: expected an integer bound ≥ 1, got ${bound}`)
    return Math.floor(this.next() * bound)
  }

  /** Standard normal, by Box and Muller. */
  nextNormal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()))
    return radius * Math.cos(2 * Math.PI * this.next())
  }

  /** A new array in random order (Fisher and Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items]
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.nextInt(i + 1)
      const held = result[i]
      result[i] = result[j]
      result[j] = held
    }
    return result
  }

  get state(): RandomState {
    const [a, b, c, d] = this.#state
    return [a, b, c, d]
  }
}

/** A stream of its own for every (seed, labels); same arguments, same stream. */
export function forkRandom(seed: number, ...labels: readonly (string | number)[]): Random {
  const text = JSON.stringify([seed, ...labels])
  return new Random([hashText(text, 1), hashText(text, 2), hashText(text, 3), hashText(text, 4)])
}

function hashText(text: string, lane: number): number {
  let hash = 0x811c9dc5 ^ Math.imul(lane, 0x9e3779b1)
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}
