import type { OwnerHandlers } from '../../shared/routes/contract.ts'
import type { Owner } from '../owner/owner.ts'

export type FetchRoute = 'fetch.plan' | 'fetch.begin' | 'fetch.list' | 'fetch.dismiss'

/** Models and data sets on their way into the library. */
export function fetchHandlers({ owner }: { readonly owner: Owner }): Pick<OwnerHandlers, FetchRoute> {
  const { fetches } = owner.workshop
  return {
    'fetch.plan': async ({ wanted }, { signal }) => fetches.plan(wanted, signal),
    'fetch.begin': async ({ wanted }) => ({ fetchId: fetches.begin(wanted) }),
    'fetch.list': async () => fetches.list,
    'fetch.dismiss': async ({ fetchId }) => {
      fetches.dismiss(fetchId)
      return null
    },
  }
}
