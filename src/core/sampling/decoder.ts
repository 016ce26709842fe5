import type { ParameterValues } from '../model/parameterValues.ts'
import type { DrawnToken } from './nextToken.ts'
import type { DrawSettings } from './nextToken.ts'
import type { Random } from '../random.ts'

/** What one run of a decoder left to draw from; valid until the decoder's next run. */
export interface NextTokens {
  /** Draws the token that follows row `row` of the run. */
  draw(row: number, random: Random): DrawnToken
}

/** One prompt, or the end of one, for a slot. */
export interface SlotTokens {
  readonly slot: number
  readonly ids: readonly number[]
}

/**
 * A model with a KV cache of numbered slots, one row of tokens each. It knows no requests: the scheduler says which
 * row stands in which slot. Every result of a row is the same bit for bit whatever the other rows are.
 */
export interface Decoder {
  readonly vocabularySize: number
  /** Longest row, prompt and completion together. */
  readonly maxPositions: number
  /** KV cache of one position of one row. */
  readonly cacheBytesPerPosition: number
  /** Room for `slots` rows of `length` positions; what the slots held is lost where the shape changes. */
  reserve(slots: number, length: number): void
  setDraw(settings: DrawSettings): void
  /** Whole prompts into neighbouring slots firstSlot, firstSlot + 1, …, which start empty. */
  prefill(firstSlot: number, prompts: readonly (readonly number[])[]): Promise<NextTokens>
  /** More tokens to one slot that holds `length` positions. */
  append(slot: number, ids: readonly number[], length: number): Promise<NextTokens>
  /** One token to each of the slots 0 … ids.length − 1, which hold `lengths[slot]` positions. */
  step(ids: Int32Array, lengths: Int32Array): Promise<NextTokens>
  copySlot(from: number, to: number, length: number): void
  /** The cache of a slot's first `length` positions, to be written back later. */
  readSlot(slot: number, length: number): Float32Array
  /** The first `length` positions of what `readSlot` returned for `savedLength` of them. */
  writeSlot(
    slot: number,
    saved: Float32Array,
    lengths: { readonly saved: number; readonly used: number },
  ): void
  refresh(parameters: ParameterValues): Promise<void>
  dispose(): Promise<void>
}
