import type { CheckpointRecord } from '../../shared/runs/records.ts'
import type { Database } from './database.ts'

/** One checkpoint a step: a step computed again replaces its row. */
export function storeCheckpoint(db: Database, checkpoint: CheckpointRecord): void {
  db.prepare('DELETE FROM checkpoint WHERE run_id = ? AND step = ?').run(checkpoint.runId, checkpoint.step)
  db.prepare(
    `INSERT INTO checkpoint VALUES (:checkpointId, :runId, :step, :folder, :bytes, :sha256, :validation, :createdAtMs)`,
  ).run(checkpoint)
}

const selected = `checkpoint_id AS checkpointId, run_id AS runId, step, folder, bytes, sha256, validation,
  created_at_ms AS createdAtMs`

/** Newest step first. */
export function readCheckpoints(db: Database, runId: string): readonly CheckpointRecord[] {
  return db
    .prepare<[string], CheckpointRecord>(
      `SELECT ${selected} FROM checkpoint WHERE run_id = ? ORDER BY step DESC`,
    )
    .all(runId)
}

export function allCheckpoints(db: Database): readonly CheckpointRecord[] {
  return db.prepare<[], CheckpointRecord>(`SELECT ${selected} FROM checkpoint ORDER BY run_id, step`).all()
}

export function dropCheckpoint(db: Database, checkpointId: string): void {
  db.prepare('DELETE FROM checkpoint WHERE checkpoint_id = ?').run(checkpointId)
}

/**
 * Which checkpoints to let go: all but the best by validation (the later one of equals) and the last
 * `keepLast`.
 *
 * @param checkpoints  of one run, in any order
 */
export function beyondRetention(
  checkpoints: readonly CheckpointRecord[],
  keepLast: number,
): readonly CheckpointRecord[] {
  const newestFirst = [...checkpoints].sort((a, b) => b.step - a.step)
  const best = bestCheckpoint(checkpoints)
  const kept = new Set([...newestFirst.slice(0, Math.max(1, keepLast)), ...(best ? [best] : [])])
  return newestFirst.filter((checkpoint) => !kept.has(checkpoint))
}

/** The best by validation, the later one of equals; null where none was validated. */
export function bestCheckpoint(checkpoints: readonly CheckpointRecord[]): CheckpointRecord | null {
  return [...checkpoints]
    .sort((a, b) => b.step - a.step)
    .filter(({ validation }) => validation !== null)
    .reduce<CheckpointRecord | null>(
      (chosen, next) =>
        chosen === null || (next.validation ?? 0) > (chosen.validation ?? 0) ? next : chosen,
      null,
    )
}
