import type { StoredRollout, StoredTurn } from './records.ts'

/** A column of a table with a type of Parquet's; null where a row has no such thing. */
export interface TableColumn {
  readonly name: string
  readonly type: 'STRING' | 'INT32' | 'INT64' | 'DOUBLE' | 'BOOLEAN'
  readonly data: readonly (string | number | bigint | boolean | null)[]
}

type Cell<T> = readonly [
  name: string,
  type: TableColumn['type'],
  value: (from: T) => TableColumn['data'][number],
]

const rolloutCells: readonly Cell<StoredRollout>[] = [
  ['step', 'INT32', ({ step }) => step],
  ['split', 'STRING', ({ split }) => split],
  ['problem_id', 'STRING', ({ problemId }) => problemId],
  ['question', 'STRING', ({ question }) => question],
  ['known_answer', 'STRING', ({ knownAnswer }) => knownAnswer],
  ['subject', 'STRING', ({ subject }) => subject],
  ['level', 'STRING', ({ level }) => level],
  ['verdict', 'STRING', ({ verdict }) => verdict],
]

const turnCells: readonly Cell<StoredTurn>[] = [
  ['prompt', 'STRING', ({ promptText }) => promptText],
  ['completion', 'STRING', ({ completionText }) => completionText],
  ['answer', 'STRING', ({ answer }) => answer],
  ['is_correct', 'BOOLEAN', ({ isCorrect }) => isCorrect],
  ['reward', 'DOUBLE', ({ reward }) => reward],
  ['v_star', 'DOUBLE', ({ turnBaseline }) => turnBaseline],
  ['advantage', 'DOUBLE', ({ advantage }) => advantage],
  ['log_ratio', 'DOUBLE', ({ logRatio }) => logRatio],
  ['tokens', 'INT32', ({ tokens }) => tokens],
  ['finish_reason', 'STRING', ({ finishReason }) => finishReason],
]

const kinds = ['attempt', 'verdict', 'revision'] as const

/**
 * Rollouts as a flat table, one a row: what belongs to a turn carries its kind in front (`revision_reward`).
 */
export function rolloutColumns(rollouts: readonly StoredRollout[]): readonly TableColumn[] {
  const own = rolloutCells.map(([name, type, value]) => ({ name, type, data: rollouts.map(value) }))
  const ofTurns = kinds.flatMap((kind) => {
    const turns = rollouts.map((rollout) => rollout.turns.find((turn) => turn.kind === kind))
    return turnCells.map(([name, type, value]) => ({
      name: `${kind}_${name}`,
      type,
      data: turns.map((turn) => (turn === undefined ? null : value(turn))),
    }))
  })
  return [...own, ...ofTurns]
}
