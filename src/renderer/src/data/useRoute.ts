import {
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useRef } from 'react'
import type { InputOf, OutputOf, Route } from '../../../shared/routes/contract.ts'
import { useApi } from './apiContext.ts'
import { invalidate } from './invalidate.ts'

export interface ReadOptions {
  readonly enabled?: boolean
  /** Shows the last answer while another input is being read. */
  readonly keepPrevious?: boolean
  readonly everyMs?: number
}

/** Each takes a process of its own: given up when no part of the page waits for this input any more. */
const costlyRoutes: ReadonlySet<Route> = new Set([
  'plan.check',
  'template.preview',
  'data.look',
  'fetch.plan',
])

/** Reads a route; the answer is read again when an event touches it (see `useLiveUpdates`). */
export function useRouteQuery<R extends Route>(
  route: R,
  input: InputOf<R>,
  options: ReadOptions = {},
): UseQueryResult<OutputOf<R>> {
  const api = useApi()
  return useQuery<OutputOf<R>>({
    queryKey: [route, input],
    // react-query aborts only what reads its signal
    queryFn: (query) => api.request(route, input, costlyRoutes.has(route) ? query.signal : undefined),
    enabled: options.enabled ?? true,
    ...(options.keepPrevious === true ? { placeholderData: keepPreviousData } : {}),
    // an owner that does not answer, or no longer to this page, is not asked over and over
    ...(options.everyMs === undefined
      ? {}
      : { refetchInterval: ({ state }) => (state.status === 'error' ? false : (options.everyMs ?? false)) }),
  })
}

/** Calls a route that changes something, then reads everything about runs again. */
export function useRouteMutation<R extends Route>(
  route: R,
): UseMutationResult<OutputOf<R>, Error, InputOf<R>> {
  const api = useApi()
  const client = useQueryClient()
  const underWay = useRef(new Map<string, Promise<OutputOf<R>>>())
  return useMutation<OutputOf<R>, Error, InputOf<R>>({
    mutationFn: (input) => {
      // the second half of a double click comes before the button is drawn as busy
      const key = JSON.stringify(input)
      const answer =
        underWay.current.get(key) ?? api.request(route, input).finally(() => underWay.current.delete(key))
      underWay.current.set(key, answer)
      return answer
    },
    onSuccess: () => readRunsAgain(client),
    // what is wrong is said at once: reading again may take its tries
    onError: () => void readRunsAgain(client),
  })
}

/** The same change of several things, one after the other; what it touched is read again once, at the end. */
export function useChanges<R extends Route>(route: R): UseMutationResult<void, Error, readonly InputOf<R>[]> {
  const api = useApi()
  const client = useQueryClient()
  return useMutation<void, Error, readonly InputOf<R>[]>({
    mutationFn: async (inputs) => {
      for (const input of inputs) await api.request(route, input)
    },
    onSuccess: () => readRunsAgain(client),
    // what is wrong is said at once: reading again may take its tries
    onError: () => void readRunsAgain(client),
  })
}

function readRunsAgain(client: QueryClient): Promise<void> {
  return invalidate(client, ({ queryKey }) => String(queryKey[0]).startsWith('run.'))
}
