import type { Interval } from '../../statistics.ts'

export type PairedMetric = 'accuracy/attempt' | 'accuracy/final' | 'verifier/accuracy'

/** What training changed on the test split, after − before, problem by problem. */
export interface PairedTest {
  /** Steps of the two evaluations. */
  readonly before: number
  readonly after: number
  readonly problems: number
  /** By metric, 95 %; one that has no verdicts is left out. */
  readonly differences: Readonly<Partial<Record<PairedMetric, Interval>>>
}
