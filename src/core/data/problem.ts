/** A question with its known answer; one item of a data set. */
export interface Problem {
  /** Stable within its source: same source and seed, same id. */
  readonly id: string
  readonly question: string
  /** The known answer as the source writes it. */
  readonly answer: string
  /**
   * Two problems with the same canonical form are the same problem (3 + 4 = 4 + 3); splits never share one.
   */
  readonly canonical: string
  readonly subject: string | null
  readonly level: string | null
}
