import type { StoredRollout, StoredTurn, TurnTokens } from '../../../shared/runs/records.ts'
import type { Database } from '../database.ts'
import type { Outcome } from './outcome.ts'

export interface RolloutPosition {
  readonly runId: string
  readonly split: StoredRollout['split']
  readonly step: number
  /** Within the step, from 0. */
  readonly position: number
}

/** A field left out does not restrict. */
export interface RolloutFilter {
  readonly runId: string
  readonly split?: StoredRollout['split']
  readonly step?: number
  readonly problemId?: string
  /** Any of these. */
  readonly outcomes?: readonly Outcome[]
  readonly verdict?: 'correct' | 'wrong' | 'unparsed'
  readonly truncated?: boolean
}

export interface Page {
  readonly offset: number
  readonly limit: number
}

export interface RolloutPage {
  readonly rollouts: readonly (StoredRollout & { readonly position: number; readonly outcome: Outcome })[]
  /** All that the filter lets through. */
  readonly total: number
}

interface RolloutRow {
  readonly rollout_id: number
  readonly split: StoredRollout['split']
  readonly step: number
  readonly position: number
  readonly outcome: Outcome
  readonly verdict: StoredRollout['verdict']
  readonly problem_id: string
  readonly question: string
  readonly known_answer: string
  readonly subject: string | null
  readonly level: string | null
}

interface TurnRow {
  readonly kind: StoredTurn['kind']
  readonly prompt_text: string
  readonly completion_text: string
  readonly answer: string | null
  readonly is_correct: 0 | 1
  readonly reward: number
  readonly turn_baseline: number | null
  readonly advantage: number | null
  readonly log_ratio: number | null
  readonly tokens: number
  readonly finish_reason: StoredTurn['finishReason']
  readonly per_token: string | null
}

const conditions = {
  split: 'rollout.split = :split',
  step: 'rollout.step = :step',
  problemId:
    'rollout.problem_key = (SELECT problem_key FROM problem WHERE run_id = :runId AND problem_id = :problemId)',
  outcomes: 'rollout.outcome IN (SELECT value FROM json_each(:outcomes))',
  verdict: 'rollout.verdict = :verdict',
  truncated: 'rollout.truncated = :truncated',
} as const

/** Rollouts in the order in which they were made: by step, then as they came. */
export function readRollouts(db: Database, filter: RolloutFilter, page: Page): RolloutPage {
  const chosen = Object.entries(conditions).filter(
    ([name]) => filter[name as keyof typeof conditions] !== undefined,
  )
  const where = ['rollout.run_id = :runId', ...chosen.map(([, condition]) => condition)].join(' AND ')
  const values = {
    ...filter,
    ...page,
    truncated: filter.truncated ? 1 : 0,
    outcomes: JSON.stringify(filter.outcomes ?? []),
  }
  const total = Number(db.prepare(`SELECT count(*) FROM rollout WHERE ${where}`).pluck().get(values))
  const rows = db
    .prepare<object, RolloutRow>(
      `SELECT rollout.*, problem_id, question, known_answer, subject, level FROM rollout JOIN problem USING (problem_key)
       WHERE ${where} ORDER BY rollout.step, rollout.split, rollout.position LIMIT :limit OFFSET :offset`,
    )
    .all(values)
  const rollouts = rows.map((row) => ({
    ...rolloutOf(db, row),
    position: row.position,
    outcome: row.outcome,
  }))
  return { rollouts, total }
}

/** Those with these keys, in their order; one that has gone meanwhile is left out. */
export function readRolloutsByKey(db: Database, keys: readonly number[]): readonly StoredRollout[] {
  const read = db.prepare<[number], RolloutRow>(
    `SELECT rollout.*, problem_id, question, known_answer, subject, level FROM rollout JOIN problem USING (problem_key)
     WHERE rollout_id = ?`,
  )
  return keys.flatMap((key) => {
    const row = read.get(key)
    return row === undefined ? [] : [rolloutOf(db, row)]
  })
}

export function readRolloutAt(db: Database, place: RolloutPosition): StoredRollout | null {
  const row = db
    .prepare<object, RolloutRow>(
      `SELECT rollout.*, problem_id, question, known_answer, subject, level FROM rollout JOIN problem USING (problem_key)
       WHERE rollout.run_id = :runId AND split = :split AND step = :step AND position = :position`,
    )
    .get(place)
  return row === undefined ? null : rolloutOf(db, row)
}

export interface StepOutcomes {
  readonly step: number
  readonly rollouts: number
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>
}

/** Per step that has rollouts, how many ended how: the marks of a step slider. */
export function outcomesByStep(
  db: Database,
  runId: string,
  split: StoredRollout['split'],
): readonly StepOutcomes[] {
  const rows = db
    .prepare<[string, string], { step: number; outcome: Outcome; count: number }>(
      `SELECT step, outcome, count(*) AS count FROM rollout WHERE run_id = ? AND split = ?
       GROUP BY step, outcome ORDER BY step`,
    )
    .all(runId, split)
  const steps = new Map<number, Partial<Record<Outcome, number>>>()
  for (const row of rows) steps.set(row.step, { ...steps.get(row.step), [row.outcome]: row.count })
  return [...steps].map(([step, counts]) => ({
    step,
    rollouts: Object.values(counts).reduce((sum, count) => sum + count, 0),
    outcomes: counts,
  }))
}

function rolloutOf(db: Database, row: RolloutRow): StoredRollout {
  const turns = db
    .prepare<[number], TurnRow>('SELECT * FROM turn WHERE rollout_id = ? ORDER BY position')
    .all(row.rollout_id)
  return {
    step: row.step,
    split: row.split,
    problemId: row.problem_id,
    question: row.question,
    knownAnswer: row.known_answer,
    subject: row.subject,
    level: row.level,
    verdict: row.verdict,
    turns: turns.map(turnOf),
  }
}

function turnOf(row: TurnRow): StoredTurn {
  return {
    kind: row.kind,
    promptText: row.prompt_text,
    completionText: row.completion_text,
    answer: row.answer,
    isCorrect: row.is_correct === 1,
    reward: row.reward,
    turnBaseline: row.turn_baseline,
    advantage: row.advantage,
    logRatio: row.log_ratio,
    tokens: row.tokens,
    finishReason: row.finish_reason,
    ...(row.per_token === null ? {} : { perToken: JSON.parse(row.per_token) as TurnTokens }),
  }
}
