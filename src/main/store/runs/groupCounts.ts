import type { RunStatus } from '../../../shared/runs/records.ts'
import { plainLine } from '../../../shared/text/plainText.ts'
import type { Database } from '../database.ts'

/** Runs of one group, deleted ones left out. */
export interface GroupCount {
  readonly name: string
  readonly runs: number
  readonly byStatus: Readonly<Partial<Record<RunStatus, number>>>
  /** Of its first run. */
  readonly createdAtMs: number
}

export function groupCounts(db: Database): readonly GroupCount[] {
  const rows = db
    .prepare<[], { name: string; status: RunStatus; runs: number; createdAtMs: number }>(
      `SELECT run_group AS name, status, count(*) AS runs, min(created_at_ms) AS createdAtMs FROM run
       WHERE run_group IS NOT NULL AND deleted_at_ms IS NULL GROUP BY run_group, status`,
    )
    .all()
  const groups = new Map<string, GroupCount>()
  for (const { name: written, status, runs, createdAtMs } of rows) {
    const name = plainLine(written)
    const known = groups.get(name)
    groups.set(name, {
      name,
      runs: runs + (known?.runs ?? 0),
      byStatus: { ...known?.byStatus, [status]: runs },
      createdAtMs: Math.min(createdAtMs, known?.createdAtMs ?? Infinity),
    })
  }
  return [...groups.values()]
}
