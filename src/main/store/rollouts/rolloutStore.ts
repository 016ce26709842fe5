import { isDeepStrictEqual } from 'node:util'
import type { Statement } from 'better-sqlite3'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { StoredRollout } from '../../../shared/runs/records.ts'
import type { Database } from '../database.ts'
import type { Twice } from '../metrics/metricStore.ts'
import { isTruncated, outcomeOf } from './outcome.ts'
import { readRolloutAt, type RolloutPosition } from './rolloutQuery.ts'

/** Stores the rollouts of one run as one process sends them. Belongs inside the transaction of a batch. */
export interface RolloutWriter {
  append(rollouts: readonly StoredRollout[]): void
  finishBatch(): void
  /** Back to where the last finished batch left it, after a transaction that was rolled back. */
  forget(): void
}

interface Statements {
  readonly addProblem: Statement
  readonly findProblem: Statement
  readonly addRollout: Statement
  readonly addTurn: Statement
}

/**
 * Rollouts of a step are numbered as they come. A process that computes a step again starts at 0 again, and
 * what it sends must equal what is stored, unless `twice` says otherwise.
 *
 * @throws RecheckError `run.differs` from `append`
 */
export function openRolloutWriter(db: Database, runId: string, twice: Twice): RolloutWriter {
  const statements = prepareStatements(db)
  const problemKeys = new Map<string, number>()
  /** Next place within a step, of the steps this process has sent; `pending` belongs to the batch at hand. */
  const stored = new Map<string, number>()
  const pending = new Map<string, number>()

  const problemKeyOf = (rollout: StoredRollout): number => {
    const known = problemKeys.get(rollout.problemId)
    if (known !== undefined) return known
    const { problemId, question, knownAnswer, subject, level } = rollout
    statements.addProblem.run(runId, problemId, question, knownAnswer, subject, level)
    const key = Number(statements.findProblem.get(runId, problemId))
    problemKeys.set(problemId, key)
    return key
  }
  const takePlace = (rollout: StoredRollout): RolloutPosition => {
    const step = `${rollout.split}/${rollout.step}`
    const position = pending.get(step) ?? stored.get(step) ?? 0
    pending.set(step, position + 1)
    return { runId, split: rollout.split, step: rollout.step, position }
  }

  return {
    append(rollouts) {
      for (const rollout of rollouts) {
        const place = takePlace(rollout)
        const isNew = addRollout(statements, place, { rollout, problemKey: problemKeyOf(rollout) })
        if (!isNew && twice === 'must-equal') {
          assertSame(place, readRolloutAt(db, place), rollout)
        }
      }
    },
    finishBatch() {
      for (const [step, position] of pending) stored.set(step, position)
      pending.clear()
    },
    forget() {
      pending.clear()
      problemKeys.clear()
    },
  }
}

function prepareStatements(db: Database): Statements {
  return {
    addProblem: db.prepare(
      `INSERT OR IGNORE INTO problem (run_id, problem_id, question, known_answer, subject, level)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    findProblem: db.prepare('SELECT problem_key FROM problem WHERE run_id = ? AND problem_id = ?').pluck(),
    addRollout: db.prepare(
      `INSERT OR IGNORE INTO rollout (run_id, split, step, position, problem_key, verdict, outcome, truncated)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    addTurn: db.prepare('INSERT INTO turn VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
  }
}

/** @returns false when there is a rollout at this place already */
function addRollout(
  statements: Statements,
  place: RolloutPosition,
  given: { readonly rollout: StoredRollout; readonly problemKey: number },
): boolean {
  const { rollout, problemKey } = given
  const added = statements.addRollout.run(
    place.runId,
    place.split,
    place.step,
    place.position,
    problemKey,
    rollout.verdict,
    outcomeOf(rollout.turns),
    isTruncated(rollout) ? 1 : 0,
  )
  if (added.changes === 0) return false
  rollout.turns.forEach((turn, position) => {
    statements.addTurn.run(
      added.lastInsertRowid,
      position,
      turn.kind,
      turn.promptText,
      turn.completionText,
      turn.answer,
      turn.isCorrect ? 1 : 0,
      turn.reward,
      turn.turnBaseline,
      turn.advantage,
      turn.logRatio,
      turn.tokens,
      turn.finishReason,
      turn.perToken === undefined ? null : JSON.stringify(turn.perToken),
    )
  })
  return true
}

function assertSame(place: RolloutPosition, stored: StoredRollout | null, now: StoredRollout): void {
  if (isDeepStrictEqual(stored, stored === null ? now : withTokensOf(stored, now))) return
  throw new RecheckError(
    'run.differs',
    `run ${place.runId}: step ${place.step} was computed twice and its rollout ${place.position} (problem ${now.problemId}) differs. ` +
      'The run is no longer the one it was (another machine, thread count, library or file?); start a new run from its config.',
    { step: place.step, position: place.position, stored, now },
  )
}

/** What an earlier Recheck stored has no values of tokens, and is no other rollout for it. */
function withTokensOf(stored: StoredRollout, now: StoredRollout): StoredRollout {
  const turns = now.turns.map((turn, index) => {
    if (stored.turns[index]?.perToken !== undefined) return turn
    const { perToken: _made, ...rest } = turn
    return rest
  })
  return { ...now, turns }
}
