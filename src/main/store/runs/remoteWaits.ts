import type { RunStatus } from '../../../shared/runs/records.ts'
import type { Database } from '../database.ts'

interface Note {
  readonly runId: string
  readonly status: RunStatus
  readonly code: string
  readonly message: string
}

/**
 * What the runs of a group wait for that are not over, by run id, as their logs have said it last: a cluster
 * that does not answer, a shared folder that is away, or room on the cluster. A run that waits for nothing is
 * left out.
 */
export function remoteWaits(db: Database, group: string): ReadonlyMap<string, string> {
  const notes = db
    .prepare<[string], Note>(
      `SELECT run_id AS runId, status, code, event.message FROM event JOIN run USING (run_id)
       WHERE run_group = ? AND status IN ('queued', 'running') AND code IN ('remote.waiting', 'remote.away', 'remote.back')
       ORDER BY run_id, sequence`,
    )
    .iterate(group)
  const waits = new Map<string, { room: string | null; away: string | null }>()
  for (const { runId, status, code, message } of notes) {
    const known = waits.get(runId) ?? { room: null, away: null }
    waits.set(runId, known)
    // one that has begun has found its room
    if (code === 'remote.waiting') known.room = status === 'queued' ? message : null
    else known.away = code === 'remote.away' ? message : null
  }
  return new Map(
    [...waits].flatMap(([runId, { room, away }]) => {
      const message = away ?? room
      return message === null ? [] : [[runId, message] as const]
    }),
  )
}
