import type { ListedSweep, SweepWork, TrialCounts } from '../../../shared/sweep/sweepView.ts'
import type { RunStatus } from '../../../shared/runs/records.ts'
import type { Database } from '../../store/database.ts'
import { groupCounts, type GroupCount } from '../../store/runs/groupCounts.ts'
import { listSweeps } from '../../store/sweepStore.ts'

/** Sweeps that were begun, and groups of runs without a plan; newest first. */
export function listedSweeps(db: Database, workOf: (name: string) => SweepWork): readonly ListedSweep[] {
  const groups = new Map(groupCounts(db).map((group) => [group.name, group]))
  const planned = listSweeps(db).map(({ spec, kind, createdAtMs, trials }): ListedSweep => ({
    name: spec.name,
    kind,
    createdAtMs,
    trials,
    counts: countsOf(groups.get(spec.name)),
    work: workOf(spec.name),
  }))
  const names = new Set(planned.map(({ name }) => name))
  const others = [...groups.values()]
    .filter(({ name }) => !names.has(name))
    .map((group): ListedSweep => ({
      name: group.name,
      kind: 'group',
      createdAtMs: group.createdAtMs,
      trials: group.runs,
      counts: countsOf(group),
      work: { state: 'idle', said: null },
    }))
  return planned.concat(others).toSorted((a, b) => b.createdAtMs - a.createdAtMs)
}

function countsOf(group: GroupCount | undefined): TrialCounts {
  const of = (...statuses: readonly RunStatus[]): number =>
    statuses.reduce((sum, status) => sum + (group?.byStatus[status] ?? 0), 0)
  return {
    finished: of('finished'),
    failed: of('failed'),
    active: of('queued', 'running', 'paused'),
    halted: of('stopped', 'interrupted'),
  }
}
