import { useQueries } from '@tanstack/react-query'
import type { InputOf, OutputOf, Route } from '../../../shared/routes/contract.ts'
import { useApi } from './apiContext.ts'

/** The same route for several inputs; null = nothing to ask for there, or not answered yet. */
export function useRouteQueries<R extends Route>(
  route: R,
  inputs: readonly (InputOf<R> | null)[],
): readonly (OutputOf<R> | null)[] {
  const api = useApi()
  return useQueries({
    queries: inputs.map((input, index) => ({
      queryKey: [route, input ?? index],
      queryFn: () => (input === null ? Promise.resolve(null) : api.request(route, input)),
      enabled: input !== null,
    })),
    combine: (answers) => answers.map((answer) => answer.data ?? null),
  })
}
