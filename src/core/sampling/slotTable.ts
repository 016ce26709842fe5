import { PrefixIndex } from './prefixIndex.ts'
import type { CachedPrefix } from './prefixIndex.ts'

/** A row that has ended and stays in its slot, for prompts that extend it. */
export interface KeptSlot extends CachedPrefix {
  readonly slot: number
}

/** Who has which slot: rows that run, rows that are kept, and free ones. Kept rows make way, oldest first. */
export class SlotTable {
  readonly #kept = new PrefixIndex<KeptSlot>()
  #free: number[] = []
  #length = 0

  /** Positions of a slot; 0 without slots. */
  get length(): number {
    return this.#length
  }

  /** Slots that a new row can have. */
  get available(): number {
    return this.#free.length + this.keptCount
  }

  get keptCount(): number {
    return this.#kept.size
  }

  /** All slots free, of so many positions each. */
  reset(slots: number, length: number): void {
    this.#kept.clear()
    this.#length = length
    // lowest first
    this.#free = Array.from({ length: slots }, (_, i) => slots - 1 - i)
  }

  grow(length: number): void {
    this.#length = length
  }

  /** @param isWanted  whether a prompt still waits to extend a kept row: such rows go last */
  take(isWanted: (kept: KeptSlot) => boolean): number {
    const free = this.#free.pop()
    if (free !== undefined) return free
    const kept = [...this.#kept.entries()]
    const evicted = kept.find((entry) => !isWanted(entry)) ?? kept[0]
    if (evicted === undefined) throw new RangeError('SlotTable: expected a free or kept slot, all rows run')
    this.#kept.delete(evicted)
    return evicted.slot
  }

  release(slot: number): void {
    this.#free.push(slot)
  }

  keep(kept: KeptSlot): void {
    const former = this.#kept.add(kept)
    if (former !== null) this.release(former.slot)
  }

  longestPrefixOf(promptIds: readonly number[]): KeptSlot | null {
    return this.#kept.longestPrefixOf(promptIds)
  }

  /** The row runs again: its slot is the caller's. */
  resume(kept: KeptSlot): void {
    this.#kept.delete(kept)
  }

  /** Kept rows give their slots back. */
  forget(): void {
    for (const { slot } of this.#kept.entries()) this.release(slot)
    this.#kept.clear()
  }
}
