import type { StoredRollout, StoredTurn } from '../../../../shared/runs/records.ts'

/** Filters of the rollout browser, in the order of the menu. */
export const outcomeChoices = [
  { value: 'all', label: 'All outcomes' },
  { value: 'wrong-to-right', label: 'Wrong → correct' },
  { value: 'right-to-wrong', label: 'Correct → wrong' },
  { value: 'wrong-to-wrong', label: 'Wrong → wrong' },
  { value: 'right-to-right', label: 'Correct → correct' },
  { value: 'not-revised', label: 'Not revised' },
] as const

/** Orders of the list. */
export const orderChoices = [
  { value: 'made', label: 'As they were made' },
  { value: 'reward', label: 'By reward' },
  { value: 'advantage', label: 'By advantage' },
  { value: 'logRatio', label: 'By log-ratio' },
  { value: 'tokens', label: 'By length in tokens' },
] as const

export const turnLabels: Readonly<Record<StoredTurn['kind'], string>> = {
  attempt: 'Attempt',
  verdict: 'Verdict',
  revision: 'Revision',
}

/** What happened in one phrase: `wrong → correct`, `correct, kept`, `wrong, not caught`. */
export function outcomeText(rollout: StoredRollout): string {
  const attempt = rollout.turns.find((turn) => turn.kind === 'attempt')
  const revision = rollout.turns.find((turn) => turn.kind === 'revision')
  const word = (turn: StoredTurn | undefined): string => (turn?.isCorrect === true ? 'correct' : 'wrong')
  if (revision !== undefined) return `${word(attempt)} → ${word(revision)}`
  if (rollout.verdict === 'unparsed') return `${word(attempt)}, verdict unparsed`
  return attempt?.isCorrect === true ? 'correct, kept' : 'wrong, not caught'
}

/** Whether the last answer is correct. */
export function isFinallyCorrect(rollout: StoredRollout): boolean {
  return rollout.turns.findLast((turn) => turn.kind !== 'verdict')?.isCorrect ?? false
}
