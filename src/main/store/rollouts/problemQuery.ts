import type { MetProblem } from '../../../shared/routes/replay.ts'
import type { Database } from '../database.ts'

export interface ProblemSearch {
  readonly runId: string
  /** A part of the question, the known answer or the id, in any case of ASCII letters; '' = all. */
  readonly search: string
  readonly problemId: string | null
  readonly limit: number
}

export interface FoundProblems {
  /** All that match. */
  readonly total: number
  readonly problems: readonly MetProblem[]
}

/** Problems of a run's rollouts, in the order in which they were first stored. */
export function findProblems(db: Database, { search, ...wanted }: ProblemSearch): FoundProblems {
  const where = `run_id = :runId AND (:problemId IS NULL OR problem_id = :problemId) AND (:like = '%%'
    OR question LIKE :like ESCAPE '\\' OR known_answer LIKE :like ESCAPE '\\' OR problem_id LIKE :like ESCAPE '\\')`
  const values = { ...wanted, like: `%${search.replaceAll(/[\\%_]/g, (mark) => `\\${mark}`)}%` }
  const total = Number(db.prepare(`SELECT count(*) FROM problem WHERE ${where}`).pluck().get(values))
  const problems = db
    .prepare<object, MetProblem>(
      `SELECT problem_id AS problemId, question, known_answer AS knownAnswer, subject, level FROM problem
       WHERE ${where} ORDER BY problem_key LIMIT :limit`,
    )
    .all(values)
  return { total, problems }
}
