import {
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

export interface ReadOptions<Input> {
  readonly enabled?: boolean
  /** Shows the last answer while another input is being read that has the same of these. */
  readonly keepPreviousOf?: readonly (keyof Input)[]
  readonly everyMs?: number
}

/** Each takes a process of its own: given up when no part of the page waits for this input any more. */
const costlyRoutes: ReadonlySet<Route> = new Set([
  'plan.check',
  'template.preview',
  'data.look',
  'fetch.plan',
  'hub.access',
])

/** Reads a route; the answer is read again when an event touches it (see `useLiveUpdates`). */
export function useRouteQuery<R extends Route>(
  route: R,
  input: InputOf<R>,
  options: ReadOptions<InputOf<R>> = {},
): UseQueryResult<OutputOf<R>> {
  const api = useApi()
  return useQuery<OutputOf<R>>({
    queryKey: [route, input],
    // react-query aborts only what reads its signal
    queryFn: (query) => api.request(route, input, costlyRoutes.has(route) ? query.signal : undefined),
    enabled: options.enabled ?? true,
    ...previousOf<InputOf<R>>(input, options.keepPreviousOf),
    // an owner that does not answer, or no longer to this page, is not asked over and over
    ...(options.everyMs === undefined
      ? {}
      : { refetchInterval: ({ state }) => (state.status === 'error' ? false : (options.everyMs ?? false)) }),
  })
}

interface PreviousQuery {
  readonly queryKey: readonly unknown[]
}

/** react-query's own `keepPreviousData` would show another run's. */
export function previousOf<Input>(
  input: Input,
  same: readonly (keyof Input)[] = [],
): { readonly placeholderData?: <Output>(last: Output, query?: PreviousQuery) => Output | undefined } {
  if (same.length === 0) return {}
  return {
    placeholderData: (last, query) => {
      if (query === undefined) return undefined
      const before = query.queryKey[1] as Partial<Input>
      return same.every((field) => isAlike(before[field], input[field])) ? last : undefined
    },
  }
}

/** The last answer or error of a call, as long as it was asked with this very input; else neither. */
export function answerTo<Output, Input>(
  { variables, data, error }: Pick<UseMutationResult<Output, Error, Input>, 'variables' | 'data' | 'error'>,
  input: Input,
): { readonly data: Output | undefined; readonly error: Error | null } {
  return isAlike(variables, input) ? { data, error } : { data: undefined, error: null }
}

function isAlike(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
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
