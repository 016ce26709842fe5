import { setImmediate as nextTurn } from 'node:timers/promises'
import type { StoredRollout } from '../../../shared/runs/records.ts'
import type { RolloutQuery } from '../../../shared/routes/rollouts.ts'
import type { Database } from '../database.ts'
import type { Outcome } from './outcome.ts'

/** Rollouts whose turns are read at once: a few milliseconds, then others have their turn. */
const chunkSize = 1000

const outcomesOf: Readonly<Record<RolloutQuery['outcome'], readonly Outcome[] | null>> = {
  all: null,
  'not-revised': ['right', 'wrong'],
  'right-to-wrong': ['right-to-wrong'],
  'wrong-to-right': ['wrong-to-right'],
  'wrong-to-wrong': ['wrong-to-wrong'],
  'right-to-right': ['right-to-right'],
}

/** Sums over turns; null where no turn has such a number. */
const sums: Readonly<Record<RolloutQuery['sort'], string>> = {
  made: 'NULL',
  reward: 'sum(reward)',
  advantage: 'sum(advantage)',
  logRatio: 'sum(log_ratio)',
  tokens: 'sum(tokens)',
}

/**
 * The rollouts that a query means, in its order. What stands in the rollouts' own rows is asked of their
 * indexes; turns are read chunk by chunk, so that nobody else waits for them.
 *
 * @returns their keys in the store
 */
export async function searchRollouts(
  db: Database,
  query: RolloutQuery,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const keys = keysByRow(db, query)
  const asksTurns =
    query.turn !== null ||
    query.minReward !== null ||
    query.maxReward !== null ||
    query.text !== '' ||
    query.sort !== 'made'
  if (!asksTurns) return query.descending ? keys.reverse() : keys
  const found: Found[] = []
  for (let begin = 0; begin < keys.length; begin += chunkSize) {
    found.push(...chosenOf(db, query, keys.slice(begin, begin + chunkSize)))
    await nextTurn()
    signal.throwIfAborted()
  }
  return inOrder(found, query).map(({ key }) => key)
}

/** By step, then as they came. */
function keysByRow(db: Database, query: RolloutQuery): number[] {
  const { outcome, verdict, truncated, ...rest } = query
  const conditions = [
    ['split = :split', rest.split],
    ['step = :step', rest.step],
    ['verdict IS :verdict', verdict],
    ['truncated = :truncated', truncated],
    ['outcome IN (SELECT value FROM json_each(:outcomes))', outcomesOf[outcome]],
    [
      'problem_key = (SELECT problem_key FROM problem WHERE run_id = :runId AND problem_id = :problemId)',
      rest.problemId,
    ],
    [
      'problem_key IN (SELECT problem_key FROM problem WHERE run_id = :runId AND subject = :subject)',
      rest.subject,
    ],
  ] as const
  const where = ['run_id = :runId', ...conditions.flatMap(([sql, value]) => (value === null ? [] : [sql]))]
  return db
    .prepare(
      `SELECT rollout_id FROM rollout WHERE ${where.join(' AND ')} ORDER BY step, split, position, rollout_id`,
    )
    .pluck()
    .all({
      ...rest,
      verdict: verdict === 'none' ? null : verdict,
      truncated: truncated === true ? 1 : 0,
      outcomes: JSON.stringify(outcomesOf[outcome]),
    }) as number[]
}

interface Found {
  readonly key: number
  readonly value: number | null
}

interface TurnSums {
  readonly key: number
  readonly value: number | null
  readonly reward: number
  readonly isMatch: 0 | 1
}

/** Those of a chunk that the turns let through, in the chunk's order. */
function chosenOf(db: Database, query: RolloutQuery, keys: readonly number[]): readonly Found[] {
  const { text, turn, sort, minReward, maxReward } = query
  const like = `%${text.replaceAll(/[\\%_]/g, (mark) => `\\${mark}`)}%`
  const isMatch =
    text === ''
      ? '1'
      : `max(completion_text LIKE :like ESCAPE '\\' OR coalesce(answer LIKE :like ESCAPE '\\', 0))`
  const rows = db
    .prepare<object, TurnSums>(
      `SELECT rollout_id AS key, ${sums[sort]} AS value, sum(reward) AS reward, ${isMatch} AS isMatch FROM turn
       WHERE rollout_id IN (SELECT value FROM json_each(:keys)) AND (:turn IS NULL OR kind = :turn) GROUP BY rollout_id`,
    )
    .all({ keys: JSON.stringify(keys), turn, like })
  const byKey = new Map(rows.map((row) => [row.key, row]))
  const asked = text === '' ? null : keysOfProblems(db, keys, like)
  return keys.flatMap((key) => {
    const row = byKey.get(key)
    if (row === undefined) return []
    const isIn = row.reward >= (minReward ?? -Infinity) && row.reward <= (maxReward ?? Infinity)
    const isFound = row.isMatch === 1 || asked?.has(key) === true
    return isIn && isFound ? [{ key, value: row.value }] : []
  })
}

function keysOfProblems(db: Database, keys: readonly number[], like: string): ReadonlySet<number> {
  return new Set(
    db
      .prepare(
        `SELECT rollout_id FROM rollout JOIN problem USING (problem_key)
         WHERE rollout_id IN (SELECT value FROM json_each(:keys))
           AND (question LIKE :like ESCAPE '\\' OR known_answer LIKE :like ESCAPE '\\')`,
      )
      .pluck()
      .all({ keys: JSON.stringify(keys), like }) as number[],
  )
}

/** Equal ones stay in the order in which they were made, whichever way the others go. */
function inOrder(found: readonly Found[], { sort, descending }: RolloutQuery): readonly Found[] {
  if (sort === 'made') return descending ? found.toReversed() : found
  const sign = descending ? -1 : 1
  return found.toSorted((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null)
    return sign * (a.value - b.value)
  })
}

/** A number that is another whenever rollouts of the run have come, gone or been made anew. */
export function rolloutsMark(db: Database, runId: string): string {
  const [count, last, event] = db
    .prepare(
      `SELECT count(*), max(rollout_id), (SELECT max(sequence) FROM event WHERE run_id = :runId)
       FROM rollout WHERE run_id = :runId`,
    )
    .raw()
    .get({ runId }) as readonly unknown[]
  return `${String(count)} ${String(last)} ${String(event)}`
}

const mostSubjects = 500

/** What the rollouts of a run can be chosen by. */
export function rolloutChoices(
  db: Database,
  runId: string,
): { readonly splits: readonly StoredRollout['split'][]; readonly subjects: readonly string[] } {
  const splits = ['train', 'validation', 'test'] as const
  const hasSplit = db.prepare('SELECT 1 FROM rollout WHERE run_id = ? AND split = ? LIMIT 1').pluck()
  return {
    splits: splits.filter((split) => hasSplit.get(runId, split) !== undefined),
    subjects: db
      .prepare(
        'SELECT DISTINCT subject FROM problem WHERE run_id = ? AND subject IS NOT NULL ORDER BY subject LIMIT ?',
      )
      .pluck()
      .all(runId, mostSubjects) as string[],
  }
}
