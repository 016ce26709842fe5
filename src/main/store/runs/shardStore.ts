import type { Database } from '../database.ts'
import { withStoreErrors } from '../storeError.ts'

/** Once it was begun: which try, and up to which of its records changes of status are in the run's row. */
export interface ShardTry {
  readonly tries: number
  readonly taken: number
}

export function insertShards(db: Database, runId: string, shards: number): void {
  const insert = db.prepare('INSERT INTO shard (run_id, number) VALUES (?, ?)')
  for (let number = 1; number <= shards; number++) insert.run(runId, number)
}

/** 0 = the run is in one piece. */
export function countShards(db: Database, runId: string): number {
  return Number(db.prepare('SELECT count(*) FROM shard WHERE run_id = ?').pluck().get(runId))
}

/** How often a shard was begun. */
export function readShardTries(db: Database, runId: string, number: number): number {
  const tries = db
    .prepare('SELECT tries FROM shard WHERE run_id = ? AND number = ?')
    .pluck()
    .get(runId, number)
  return Number(tries ?? 0)
}

/** The try that may still be at work; else another one, stored before anything is handed over. */
export function openShard(db: Database, runId: string, number: number): ShardTry {
  const open = db.prepare<[string, number], ShardTry>(
    `UPDATE shard SET tries = tries + (1 - is_open), taken = iif(is_open = 1, taken, 0), is_open = 1
     WHERE run_id = ? AND number = ? RETURNING tries, taken`,
  )
  const opened = withStoreErrors(db.name, () => open.get(runId, number))
  if (opened === undefined) throw new RangeError(`openShard: run ${runId} has no shard ${number}`)
  return opened
}

/** The last try of this shard, or of all, is over. */
export function closeShards(db: Database, runId: string, number: number | null = null): void {
  const close = db.prepare('UPDATE shard SET is_open = 0 WHERE run_id = ? AND number = coalesce(?, number)')
  withStoreErrors(db.name, () => close.run(runId, number))
}

/** The change of status that this record reports is in the run's row. */
export function markShardTaken(db: Database, runId: string, number: number, record: number): void {
  const mark = db.prepare('UPDATE shard SET taken = max(taken, ?) WHERE run_id = ? AND number = ?')
  withStoreErrors(db.name, () => mark.run(record, runId, number))
}
