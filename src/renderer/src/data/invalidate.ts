import type { Query, QueryClient } from '@tanstack/react-query'

/**
 * Reads answers again after something changed. One that is under way may have been read from the store before
 * the change: it is left to come, because cancelling it at every event would starve a slow page, and is then
 * read once more.
 */
export async function invalidate(client: QueryClient, isChanged: (query: Query) => boolean): Promise<void> {
  const underWay = new Set(client.getQueryCache().findAll({ predicate: isChanged, fetchStatus: 'fetching' }))
  const join = { cancelRefetch: false }
  await Promise.all([client.invalidateQueries({ predicate: isChanged }, join), ended(underWay)])
  await client.invalidateQueries({ predicate: (query) => underWay.has(query) }, join)
}

/** When none of these is being read any more, whether its answer came or an error did. */
export async function ended(queries: Iterable<Query>): Promise<void> {
  await Promise.allSettled([...queries].flatMap((query) => query.promise ?? []))
}
