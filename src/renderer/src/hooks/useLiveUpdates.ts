import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { listedRun, type ListedRun, type RunValues } from '../../../shared/runList.ts'
import { findMetric } from '../../../shared/metrics.ts'
import type { Route } from '../../../shared/routes.ts'
import type { Connection, PageApi } from '../api.ts'
import { configValue } from '../state/runFilter.ts'
import { isTouched, TouchedRuns, type Touched } from '../state/touchedRoutes.ts'

/** Reads at most this often, however many events come. */
const periodMs = 400

/** The store is the truth, events are hints: they only say which answers to read again. */
export function useLiveUpdates(api: PageApi): Connection {
  const client = useQueryClient()
  const [connection, setConnection] = useState<Connection>('open')
  useEffect(() => {
    const gathered = new TouchedRuns()
    const endEvents = api.onEvent((event) => gathered.add(event))
    const timer = setInterval(() => {
      for (const touched of gathered.take()) void readAgain(client, api, touched)
    }, periodMs)
    let wasOpen = false
    const endConnection = api.onConnection((next) => {
      if (next === 'lost' && !wasOpen) return
      setConnection(next)
      // what happened while it was lost was missed
      if (next === 'open' && wasOpen) void client.invalidateQueries()
      wasOpen = true
    })
    return () => {
      clearInterval(timer)
      endEvents()
      endConnection()
    }
  }, [api, client])
  return connection
}

async function readAgain(client: QueryClient, api: PageApi, { runId, routes }: Touched): Promise<void> {
  // a refetch under way is left to end: cancelling it at every event would starve a slow page
  const reading = client.invalidateQueries(
    {
      predicate: ({ queryKey: [route, input] }) =>
        routes.has(route as Route) && isTouched(route as Route, input, runId),
    },
    { cancelRefetch: false },
  )
  // the list of 10,000 runs is not read again for one run's new step
  if (routes.has('run.get') && !routes.has('run.list')) await patchRunList(client, api, runId)
  await reading
}

async function patchRunList(client: QueryClient, api: PageApi, runId: string): Promise<void> {
  const lists = client.getQueriesData<readonly ListedRun[]>({ queryKey: ['run.list'] })
  if (!lists.some(([, runs]) => runs?.some((run) => run.runId === runId))) {
    await client.invalidateQueries({ queryKey: ['run.list'] })
    return
  }
  const fresh = await api.request('run.get', { runId }).catch(() => null)
  if (fresh === null) return
  const line = listedRun(fresh)
  client.setQueriesData<readonly ListedRun[]>({ queryKey: ['run.list'] }, (runs) =>
    runs?.map((run) => (run.runId === runId ? line : run)),
  )
  const values = (names: readonly string[]): readonly unknown[] =>
    names.map((name) => (findMetric(name) === null ? configValue(fresh, name) : (fresh.latest[name] ?? null)))
  client.setQueriesData<RunValues>({ queryKey: ['run.values'] }, (known) =>
    known === undefined || known.values[runId] === undefined
      ? known
      : { ...known, values: { ...known.values, [runId]: values(known.names) } },
  )
}
