import type { Run } from '../../../shared/runs/records.ts'
import type { Database } from '../database.ts'
import { readRun } from './runStore.ts'

/** The run of this name in a group, the newest where there are several; deleted ones are none. */
export function findRunOfGroup(db: Database, group: string, name: string): Run | null {
  const runId = db
    .prepare<[string, string], string>(
      `SELECT run_id FROM run WHERE run_group = ? AND name = ? AND deleted_at_ms IS NULL ORDER BY number DESC LIMIT 1`,
    )
    .pluck()
    .get(group, name)
  return runId === undefined ? null : readRun(db, runId)
}

/** What the runs of a group have come to together. */
export interface GroupTotals {
  readonly runs: number
  readonly tokens: number
  readonly activeMs: number
}

/** Of several runs with one name the newest counts; deleted ones do not. */
export function groupTotals(db: Database, group: string): GroupTotals {
  const totals = db
    .prepare<[string], GroupTotals>(
      `SELECT count(*) AS runs, coalesce(sum(tokens_generated), 0) AS tokens, coalesce(sum(active_ms), 0) AS activeMs
       FROM run WHERE number IN
         (SELECT max(number) FROM run WHERE run_group = ? AND deleted_at_ms IS NULL GROUP BY name)`,
    )
    .get(group)
  return totals ?? { runs: 0, tokens: 0, activeMs: 0 }
}
