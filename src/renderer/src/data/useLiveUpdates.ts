import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Route } from '../../../shared/routes/contract.ts'
import type { PageApi, PageConnection } from './api.ts'
import { isTouched, TouchedRuns, type Touched } from './invalidatedRoutes.ts'
import { renewLine } from './patchRunLists.ts'
import { invalidate } from './invalidate.ts'

/** Reads at most this often, however many events come. */
const periodMs = 400

/** The store is the truth, events are hints: they only say which answers to read again. */
export function useLiveUpdates(api: PageApi): PageConnection {
  const client = useQueryClient()
  const [connection, setConnection] = useState<PageConnection>('open')
  useEffect(() => {
    const gathered = new TouchedRuns()
    const endEvents = api.onEvent((event) => gathered.add(event))
    const timer = setInterval(() => {
      for (const touched of gathered.take()) void readTouched(client, api, touched)
    }, periodMs)
    let isFirst = true
    const endConnection = api.onConnection((next) => {
      setConnection(next)
      // what happened before it was open once more was missed
      if (next === 'open' && !isFirst) void invalidate(client, () => true)
      isFirst = false
    })
    return () => {
      clearInterval(timer)
      endEvents()
      endConnection()
    }
  }, [api, client])
  return connection
}

async function readTouched(client: QueryClient, api: PageApi, { runId, routes }: Touched): Promise<void> {
  if (routes === 'all') return invalidate(client, () => true)
  await invalidate(client, ({ queryKey: [route, input] }) => {
    return routes.has(route as Route) && isTouched(route as Route, input, runId)
  })
  const isLineOld = routes.has('run.get') && !routes.has('run.list')
  if (runId !== null && isLineOld) await renewLine(client, api, runId)
}
