import type { QueryClient } from '@tanstack/react-query'
import { findMetric } from '../../../shared/metrics/metrics.ts'
import type { Run } from '../../../shared/runs/records.ts'
import { listedRun, type ListedRun, type RunValues } from '../../../shared/runs/runList.ts'
import type { PageApi } from './api.ts'
import { configValue } from '../widgets/run/runConfig.ts'
import { ended } from './invalidate.ts'

/** Renews one run's line in every list: 10,000 runs are not read again for one run's new step. */
export async function renewLine(client: QueryClient, api: PageApi, runId: string): Promise<void> {
  const queryKey = ['run.get', { runId }]
  const isRead = await client
    .fetchQuery({ queryKey, queryFn: () => api.request('run.get', { runId }) })
    .then(() => true)
    .catch(() => false)
  if (!isRead) return
  // a list that is under way may be older than this line and would replace it
  await ended(
    ['run.list', 'run.values'].flatMap((route) => client.getQueryCache().findAll({ queryKey: [route] })),
  )
  const run = client.getQueryData<Run>(queryKey)
  if (run !== undefined) writeLine(client, run)
}

function writeLine(client: QueryClient, run: Run): void {
  const { runId } = run
  const line = listedRun(run)
  client.setQueriesData<readonly ListedRun[]>({ queryKey: ['run.list'] }, (runs) =>
    runs?.some((each) => each.runId === runId)
      ? runs.map((each) => (each.runId === runId ? line : each))
      : runs,
  )
  const values = (names: readonly string[]): readonly unknown[] =>
    names.map((name) => (findMetric(name) === null ? configValue(run, name) : (run.latest[name] ?? null)))
  client.setQueriesData<RunValues>({ queryKey: ['run.values'] }, (known) =>
    known === undefined || known.values[runId] === undefined
      ? known
      : { ...known, values: { ...known.values, [runId]: values(known.names) } },
  )
}
