import { isDeepStrictEqual } from 'node:util'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { Evaluation, Proportion } from '../../shared/runs/records.ts'
import type { Database } from './database.ts'
import type { Twice } from './metrics/metricStore.ts'

/**
 * Stores an evaluation once: the same run, step, split and number of samples must give the same proportions,
 * unless `twice` says otherwise.
 *
 * @throws RecheckError `run.differs`
 */
export function storeEvaluation(db: Database, evaluation: Evaluation, twice: Twice): void {
  const stored = findSame(db, evaluation)
  if (stored) {
    if (twice === 'first-stays' || isDeepStrictEqual(stored.proportions, evaluation.proportions)) return
    throw new RecheckError(
      'run.differs',
      `run ${evaluation.runId}: the evaluation on the ${evaluation.split} split at step ${evaluation.step} was made twice and differs. ` +
        'The run is no longer the one it was (another machine, thread count, library or file?); start a new run from its config.',
      { stored, now: evaluation },
    )
  }
  db.prepare(
    `INSERT INTO evaluation VALUES (:evaluationId, :runId, :step, :split, :samples, :problems, :proportions, :createdAtMs)`,
  ).run({ ...evaluation, proportions: JSON.stringify(evaluation.proportions) })
  if (evaluation.split === 'test' && evaluation.runId !== null) refreshTestScore(db, evaluation.runId)
}

/**
 * Copies the newest score on the test split into the run's row; to be called after every change of its
 * evaluations.
 */
export function refreshTestScore(db: Database, runId: string): void {
  db.prepare(
    `UPDATE run SET test_score = (
       SELECT json_object('step', step, 'successes', json_extract(proportions, :share || '.successes'),
         'trials', json_extract(proportions, :share || '.trials'))
       FROM evaluation WHERE run_id = :runId AND split = 'test' AND json_extract(proportions, :share || '.trials') > 0
       ORDER BY step DESC, rowid DESC LIMIT 1)
     WHERE run_id = :runId`,
  ).run({ runId, share: '$."accuracy/final"' })
}

/** A run's evaluations on the test split: before training, and the newest. */
export interface TestEnds {
  readonly before: Evaluation
  readonly after: Evaluation
}

/** @returns null without an evaluation on the test split; both are the same one where there is a single one */
export function readTestEnds(db: Database, runId: string): TestEnds | null {
  const tests = readEvaluations(db, runId)
    .filter(({ split }) => split === 'test')
    .toSorted((a, b) => a.step - b.step)
  const [before] = tests
  const after = tests.at(-1)
  return before === undefined || after === undefined ? null : { before, after }
}

interface EvaluationRow {
  readonly evaluation_id: string
  readonly run_id: string | null
  readonly step: number
  readonly split: Evaluation['split']
  readonly samples: number
  readonly problems: number
  readonly proportions: string
  readonly created_at_ms: number
}

function findSame(db: Database, wanted: Evaluation): Evaluation | null {
  const row = db
    .prepare<object, EvaluationRow>(
      `SELECT * FROM evaluation WHERE evaluation_id = :evaluationId
         OR (run_id = :runId AND step = :step AND split = :split AND samples = :samples AND problems = :problems)`,
    )
    .get({ ...wanted, proportions: null })
  return row === undefined ? null : evaluationOf(row)
}

/** By step; `null` lists those that belong to no run. */
export function readEvaluations(db: Database, runId: string | null): readonly Evaluation[] {
  return db
    .prepare<[string | null], EvaluationRow>(
      'SELECT * FROM evaluation WHERE run_id IS ? ORDER BY step, rowid',
    )
    .all(runId)
    .map(evaluationOf)
}

/**
 * Of each finished run of a group the newest evaluation on each split, by run id: thousands of runs are read at
 * once.
 */
export function newestEvaluations(db: Database, group: string): ReadonlyMap<string, readonly Evaluation[]> {
  const rows = db
    .prepare<[string], EvaluationRow>(
      `SELECT * FROM
         (SELECT evaluation.*, row_number() OVER (PARTITION BY run_id, split ORDER BY evaluation.step DESC, evaluation.rowid DESC) AS place
          FROM evaluation JOIN run USING (run_id) WHERE run_group = ? AND status = 'finished')
       WHERE place = 1`,
    )
    .all(group)
  const byRun = new Map<string, Evaluation[]>()
  for (const row of rows) {
    const own = byRun.get(row.run_id ?? '')
    if (own === undefined) byRun.set(row.run_id ?? '', [evaluationOf(row)])
    else own.push(evaluationOf(row))
  }
  return byRun
}

function evaluationOf(row: EvaluationRow): Evaluation {
  return {
    evaluationId: row.evaluation_id,
    runId: row.run_id,
    step: row.step,
    split: row.split,
    samples: row.samples,
    problems: row.problems,
    proportions: JSON.parse(row.proportions) as Record<string, Proportion>,
    createdAtMs: row.created_at_ms,
  }
}
