/** What the reference wrote in stage 1, as much of it as is kept: for people, who want to see why V* is what it is. */

/** Of one problem. */
export const mostKeptSamples = 16
/** Characters of one text. */
export const mostTextChars = 8000
/** Characters of all turns of a problem. */
export const mostProblemChars = 64_000
/** Of one estimate, as it is stored (compressed); problems that come after it are counted alone. */
export const mostSampleBytes = 64 * 2 ** 20

/** A text, or its beginning. */
export interface KeptText {
  readonly text: string
  /** Characters that are not kept. */
  readonly cut: number
}

export interface KeptTurn extends KeptText {
  readonly kind: 'attempt' | 'verdict' | 'revision'
  /** Extracted answer of an attempt or revision; null = none found, or a verdict. */
  readonly answer: string | null
  readonly isCorrect: boolean
  readonly finishReason: 'stop' | 'length'
}

export interface KeptSample {
  readonly verdict: 'correct' | 'wrong' | 'unparsed' | null
  readonly turns: readonly KeptTurn[]
}

/** The samples of one problem. */
export interface KeptSamples {
  readonly problemId: string
  readonly question: KeptText
  readonly knownAnswer: KeptText
  /** N: how many were drawn and counted. */
  readonly drawn: number
  /** The first of them. */
  readonly samples: readonly KeptSample[]
}
