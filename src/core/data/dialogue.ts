/** What the assistant says in one turn of a worked example. */
export interface DialogueTurn {
  readonly text: string
  /** false: shown to the model and not learned, such as a wrong attempt. */
  readonly isTrained: boolean
}

/**
 * A worked example in the form of a rollout: attempt, then a verdict, then a revision; the later ones may be
 * missing.
 */
export interface Dialogue {
  readonly question: string
  readonly turns: readonly DialogueTurn[]
}

export const longestDialogue = 3
