import type { OwnerHandlers } from '../../shared/routes/contract.ts'
import type { Owner } from '../owner/owner.ts'

export type HubRoute = 'hub.access' | 'hub.login' | 'hub.logout'

/** The token of the hub, asked of a process of its own: the owner keeps none. */
export function hubHandlers({ owner }: { readonly owner: Owner }): Pick<OwnerHandlers, HubRoute> {
  const { library } = owner.workshop
  return {
    'hub.access': async (_, { signal }) => library.hub({ question: 'hub.access' }, signal),
    'hub.login': async ({ token }, { signal }) => library.hub({ question: 'hub.login', token }, signal),
    'hub.logout': async (_, { signal }) => library.hub({ question: 'hub.logout' }, signal),
  }
}
