import { plainLine } from '../../shared/text/plainText.ts'
import { isDeepStrictEqual } from 'node:util'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { ListedVStar, VStarArtifact, VStarEstimate } from '../../shared/runs/records.ts'
import type { TurnCount, VStarTurn } from '../../shared/runs/vStarTurns.ts'
import type { Database } from './database.ts'

const columns: Readonly<Record<keyof VStarEstimate, string>> = {
  problemId: 'problem_id',
  canonical: 'canonical',
  samples: 'samples',
  correctAttempts: 'correct_attempts',
  verdictsAfterCorrect: 'verdicts_after_correct',
  correctVerdictsAfterCorrect: 'right_verdicts_after_correct',
  verdictsAfterWrong: 'verdicts_after_wrong',
  correctVerdictsAfterWrong: 'right_verdicts_after_wrong',
  revisionsAfterCorrect: 'revisions_after_correct',
  correctRevisionsAfterCorrect: 'right_revisions_after_correct',
  revisionsAfterWrong: 'revisions_after_wrong',
  correctRevisionsAfterWrong: 'right_revisions_after_wrong',
  revisionsAfterRejectedCorrect: 'revisions_after_rejected_correct',
  correctRevisionsAfterRejectedCorrect: 'correct_revisions_after_rejected_correct',
  revisionsAfterRejectedWrong: 'revisions_after_rejected_wrong',
  correctRevisionsAfterRejectedWrong: 'correct_revisions_after_rejected_wrong',
  tokens: 'tokens',
}
const selected = Object.entries(columns)
  .map(([field, column]) => `${column} AS ${field}`)
  .join(', ')

/**
 * Declares an artifact, or marks it complete; the run that makes it then names it.
 *
 * @throws RecheckError `v-star.differs` when the stored one was made from other inputs
 */
export function storeVStar(db: Database, artifact: VStarArtifact): void {
  const { vStarId, runId, createdAtMs, inputHash, problems } = artifact
  const stored = readVStar(db, vStarId)
  if (stored && stored.inputHash !== inputHash) {
    throw new RecheckError(
      'v-star.differs',
      `V* artifact ${vStarId} was made from other inputs (hash ${stored.inputHash}, now ${inputHash}); estimate V* anew.`,
    )
  }
  const complete = artifact.complete || stored?.complete === true ? 1 : 0
  db.prepare(
    `INSERT INTO v_star VALUES (:vStarId, :runId, :createdAtMs, :inputHash, :inputs, :complete, :problems)
     ON CONFLICT (v_star_id) DO UPDATE SET complete = :complete, problems = :problems`,
  ).run({
    vStarId,
    runId,
    createdAtMs,
    inputHash,
    problems,
    complete,
    inputs: JSON.stringify(artifact.inputs),
  })
  db.prepare('UPDATE run SET v_star_id = ? WHERE run_id = ?').run(vStarId, runId)
}

/**
 * Adds estimates to the artifact, each at the place of its problem, in whatever order they come; one sent
 * twice must be equal.
 *
 * @param places  left out: after those that are there
 * @throws RecheckError `run.differs`
 */
export function storeVStarEstimates(
  db: Database,
  vStarId: string,
  {
    estimates,
    places = [],
  }: { readonly estimates: readonly VStarEstimate[]; readonly places?: readonly number[] },
): void {
  const fields = Object.keys(columns) as (keyof VStarEstimate)[]
  const insert = db.prepare(
    `INSERT INTO v_star_estimate (v_star_id, position, ${fields.map((field) => columns[field]).join(', ')})
     VALUES (:vStarId, coalesce(:place, (SELECT count(*) FROM v_star_estimate WHERE v_star_id = :vStarId)), ${fields.map((field) => `:${field}`).join(', ')})
     ON CONFLICT (v_star_id, problem_id) DO NOTHING`,
  )
  const find = db.prepare<[string, string], VStarEstimate>(
    `SELECT ${selected} FROM v_star_estimate WHERE v_star_id = ? AND problem_id = ?`,
  )
  for (const [index, estimate] of estimates.entries()) {
    if (insert.run({ vStarId, place: places[index] ?? null, ...estimate }).changes === 1) continue
    const stored = find.get(vStarId, estimate.problemId)
    if (!isDeepStrictEqual({ ...stored }, { ...estimate })) {
      throw new RecheckError(
        'run.differs',
        `V* artifact ${vStarId}: problem ${estimate.problemId} was sampled twice and its counts differ; estimate V* anew.`,
        { stored, now: estimate },
      )
    }
  }
}

interface VStarRow {
  readonly v_star_id: string
  readonly run_id: string
  readonly created_at_ms: number
  readonly input_hash: string
  readonly inputs: string
  readonly complete: 0 | 1
  readonly problems: number
}

export function readVStar(db: Database, vStarId: string): VStarArtifact | null {
  const row = db.prepare<[string], VStarRow>('SELECT * FROM v_star WHERE v_star_id = ?').get(vStarId)
  return row === undefined ? null : artifactOf(row)
}

/** How far an estimate is that is not complete; null where it is. */
export function readOpenEstimate(
  db: Database,
  vStarId: string,
): { readonly done: number; readonly total: number } | null {
  const artifact = readVStar(db, vStarId)
  if (artifact === null || artifact.complete) return null
  const done = countVStar(db, vStarId).reduce((sum, { problems }) => sum + problems, 0)
  return { done, total: artifact.problems }
}

/** Newest first. */
export function listVStars(db: Database): readonly ListedVStar[] {
  return db
    .prepare<[], VStarRow & Pick<ListedVStar, 'runName' | 'beta'>>(
      `SELECT v_star.*, run.name AS runName, json_extract(run.config, '$.vStar.beta') AS beta
       FROM v_star LEFT JOIN run USING (run_id) ORDER BY v_star.rowid DESC`,
    )
    .all()
    .map((row) => ({
      ...artifactOf(row),
      runName: row.runName === null ? null : plainLine(row.runName),
      beta: row.beta,
    }))
}

/** The newest complete artifact made from these inputs, for reuse. */
export function findVStar(db: Database, inputHash: string): VStarArtifact | null {
  const row = db
    .prepare<[string], VStarRow>(
      'SELECT * FROM v_star WHERE input_hash = ? AND complete = 1 ORDER BY rowid DESC LIMIT 1',
    )
    .get(inputHash)
  return row === undefined ? null : artifactOf(row)
}

/** In the order of the problems. */
export function readVStarEstimates(db: Database, vStarId: string): readonly VStarEstimate[] {
  return db
    .prepare<[string], VStarEstimate>(
      `SELECT ${selected} FROM v_star_estimate WHERE v_star_id = ? ORDER BY position`,
    )
    .all(vStarId)
}

/** Of those that `readVStarEstimates` gives: each problem's place among all that are estimated. */
export function readVStarPlaces(db: Database, vStarId: string): readonly number[] {
  return db
    .prepare<[string], number>('SELECT position FROM v_star_estimate WHERE v_star_id = ? ORDER BY position')
    .pluck()
    .all(vStarId)
}

/**
 * Tokens that stage 1 has generated for an estimate; null where they were not counted, or nothing is
 * estimated yet.
 */
export function estimateTokens(db: Database, vStarId: string): number | null {
  return (
    db
      .prepare<[string], number | null>(
        'SELECT iif(count(tokens) = count(*), sum(tokens), NULL) FROM v_star_estimate WHERE v_star_id = ?',
      )
      .pluck()
      .get(vStarId) ?? null
  )
}

export interface VStarCount extends TurnCount {
  readonly problems: number
}

const countedColumns: Readonly<
  Record<VStarTurn, readonly [correct: keyof VStarEstimate, samples: keyof VStarEstimate]>
> = {
  attempt: ['correctAttempts', 'samples'],
  'verdict-after-correct': ['correctVerdictsAfterCorrect', 'verdictsAfterCorrect'],
  'verdict-after-wrong': ['correctVerdictsAfterWrong', 'verdictsAfterWrong'],
  'revision-after-correct': ['correctRevisionsAfterCorrect', 'revisionsAfterCorrect'],
  'revision-after-wrong': ['correctRevisionsAfterWrong', 'revisionsAfterWrong'],
}

/**
 * How many problems had k of N turns of a kind correct: V* at any β₁ is a function of k and N, and so is its
 * histogram. Problems without such a turn are left out.
 */
export function countVStar(
  db: Database,
  vStarId: string,
  turn: VStarTurn = 'attempt',
): readonly VStarCount[] {
  const [correct, samples] = countedColumns[turn].map((field) => columns[field])
  return db
    .prepare<[string], VStarCount>(
      `SELECT ${samples} AS samples, ${correct} AS correct, count(*) AS problems FROM v_star_estimate
       WHERE v_star_id = ? AND ${samples} > 0 GROUP BY ${samples}, ${correct} ORDER BY ${samples}, ${correct}`,
    )
    .all(vStarId)
}

function artifactOf(row: VStarRow): VStarArtifact {
  return {
    vStarId: row.v_star_id,
    runId: row.run_id,
    createdAtMs: row.created_at_ms,
    inputHash: row.input_hash,
    inputs: JSON.parse(row.inputs) as Record<string, string>,
    complete: row.complete === 1,
    problems: row.problems,
  }
}
