import type { DrawSettings } from './nextToken.ts'
import type { ParameterSource } from './sampler.ts'

/** More tokens for a row of which some are cached. */
export interface ExtendedRow {
  readonly slot: number
  /** Positions that are cached. */
  readonly start: number
  /** At least 1. */
  readonly ids: readonly number[]
}

/** A first draw after an extended row. */
export interface FirstDraw {
  /** Number of the row in the run. */
  readonly row: number
  /** Of [0, 1); any number where nothing is drawn (greedy). */
  readonly uniform: number
}

/** A row in the middle of its completion. */
export interface DecodedRow {
  readonly slot: number
  /** Positions that are cached. */
  readonly length: number
  /** Its last token, not cached yet. */
  readonly lastId: number
  /** One number of [0, 1) for each token to draw. */
  readonly uniforms: readonly number[]
}

/** The first token of each draw. */
export interface FirstTokens {
  readonly ids: readonly number[]
  readonly logProbs: readonly number[]
}

/** What rows drew; ln of probabilities under the sampling distribution. */
export interface DrawnRows {
  /** [rows][tokens] */
  readonly ids: readonly (readonly number[])[]
  readonly logProbs: readonly (readonly number[])[]
}

/**
 * A model with KV caches in numbered slots that draws many tokens in one run. Lengths, and who is in which
 * slot, are the caller's. A run is rounded up to one of few numbers of rows; between such shapes rounding may
 * differ.
 */
export interface ChunkDecoder {
  readonly vocabularySize: number
  /** Longest row, prompt and completion together. */
  readonly maxPositions: number
  /** KV cache of one position of one row. */
  readonly cacheBytesPerPosition: number
  /** Positions of a slot that is to hold rows of so many. */
  roundedLength(length: number): number
  /** Empty slots 0 … slots − 1; what they held is lost. @param length  positions of a slot, rounded */
  reserve(slots: number, length: number): void
  /** Longer slots that keep what they hold. @param length  rounded */
  grow(length: number): void
  copy(moves: readonly { readonly from: number; readonly to: number }[]): void
  setDraw(settings: DrawSettings): void
  extend(rows: readonly ExtendedRow[], draws: readonly FirstDraw[]): Promise<FirstTokens>
  /** @param steps  tokens for each row */
  decode(rows: readonly DecodedRow[], steps: number): Promise<DrawnRows>
  /** Drops all slots and their memory. */
  clear(): void
  /** Takes the policy's new parameters, where they are not the decoder's own. */
  refresh(policy: ParameterSource): Promise<void>
  dispose(): Promise<void>
}
