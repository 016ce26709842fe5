import type { ParameterValues } from '../model/parameterValues.ts'
import type { DrawnToken, DrawSettings } from './nextToken.ts'
import type { Random } from '../random.ts'

/** What one run of a decoder left to draw from; valid until the decoder's next run. */
export interface NextTokens {
  /** Draws the token that follows row `row` of the run. */
  draw(row: number, random: Random): DrawnToken
}

export interface SlotRoom {
  readonly slots: number
  /** Positions of a slot to begin with. */
  readonly length: number
  /** Positions that a row may come to; slots grow towards it as rows do. */
  readonly longest: number
  /** Room from earlier that takes more than this, and more than is needed now, is given back. */
  readonly mostBytes: number
}

/**
 * A model with a KV cache of numbered slots, one row of tokens each. It knows no requests: the scheduler says
 * which row stands in which slot. Every result of a row is the same bit for bit whatever the other rows are.
 */
export interface Decoder {
  readonly vocabularySize: number
  /** Longest row, prompt and completion together. */
  readonly maxPositions: number
  /** KV cache of one position of one row. */
  readonly cacheBytesPerPosition: number
  /** Makes room for rows; what the slots held is lost. */
  reserve(room: SlotRoom): void
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
  /** Drops all slots and their memory, for instance after numbers that are not finite stood in them. */
  clear(): void
  refresh(parameters: ParameterValues): Promise<void>
  dispose(): Promise<void>
}
