import type { BatchCursor } from '../../data/problemBatches.ts'

/** All of a warm-up that is not in the trainer: plain JSON, stored beside the trainer's state. */
export interface WarmUpState {
  readonly stage: 'warm-up'
  /** Steps done. */
  readonly step: number
  readonly cursor: BatchCursor
  /** Trained tokens and conversations so far. */
  readonly tokens: number
  readonly conversations: number
  /** The step whose validation loss was last measured, −1 for none. */
  readonly evaluatedStep: number
}

export const initialWarmUpState: WarmUpState = {
  stage: 'warm-up',
  step: 0,
  cursor: { epoch: 0, taken: 0 },
  tokens: 0,
  conversations: 0,
  evaluatedStep: -1,
}
