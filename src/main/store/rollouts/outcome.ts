import type { StoredRollout, StoredTurn } from '../../../shared/runs/records.ts'

/**
 * Attempt → final answer, in the words that the store has held since its first schema: `right` means correct.
 * `right` and `wrong` alone: no revision was made, the attempt stands.
 */
export const outcomes = [
  'right',
  'wrong',
  'right-to-right',
  'right-to-wrong',
  'wrong-to-right',
  'wrong-to-wrong',
] as const
export type Outcome = (typeof outcomes)[number]

export function outcomeOf(turns: readonly StoredTurn[]): Outcome {
  const attempt = turns.find((turn) => turn.kind === 'attempt')?.isCorrect === true
  const revision = turns.find((turn) => turn.kind === 'revision')
  if (revision === undefined) return attempt ? 'right' : 'wrong'
  if (attempt) return revision.isCorrect ? 'right-to-right' : 'right-to-wrong'
  return revision.isCorrect ? 'wrong-to-right' : 'wrong-to-wrong'
}

/** A completion that ran into its limit of tokens. */
export function isTruncated(rollout: StoredRollout): boolean {
  return rollout.turns.some((turn) => turn.finishReason === 'length')
}
