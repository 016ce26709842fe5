import { useMemo, useState } from 'react'
import type { StoredRollout } from '../../../../shared/runs/records.ts'
import { useRouteQuery } from '../../data/useRoute.ts'
import { useRouteQueries } from '../../data/useRouteQueries.ts'
import type { RolloutFilter } from './rolloutFilter.ts'

/** Rollouts that are asked for at once. */
const pageSize = 100

export interface RolloutPages {
  /** Null until the first answer. */
  readonly total: number | null
  /** Whether `total` is that of this very filter, and not of the one before. */
  readonly isRead: boolean
  readonly error: Error | null
  /** Null where it is not read yet. */
  readonly at: (index: number) => StoredRollout | null
  /** Says which rows are in view, both ends included: they are read. */
  readonly show: (first: number, last: number) => void
}

/** The rollouts of a filter, of which only the pages in view are read. */
export function useRolloutPages(runId: string, filter: RolloutFilter, chosen: number): RolloutPages {
  const [view, setView] = useState({ first: 0, last: 0 })
  const query = { runId, ...filter, limit: pageSize }
  const first = useRouteQuery('rollouts.list', { ...query, offset: 0 }, { keepPreviousOf: ['runId'] })
  const total = first.data?.total ?? null
  const wanted = pagesBetween(view.first, view.last).concat(pagesBetween(chosen, chosen))
  const pages = [...new Set(wanted)].filter((page) => page > 0 && page * pageSize < (total ?? 0)).sort()
  const answers = useRouteQueries(
    'rollouts.list',
    pages.map((page) => ({ ...query, offset: page * pageSize })),
  )
  const show = useMemo(
    () =>
      (from: number, to: number): void =>
        setView((old) => (isSamePages(old, from, to) ? old : { first: from, last: to })),
    [],
  )
  return {
    total,
    isRead: first.data !== undefined && !first.isPlaceholderData,
    error: first.error,
    show,
    at: (index) => {
      const page = Math.floor(index / pageSize)
      const answer = page === 0 ? first.data : answers[pages.indexOf(page)]
      return answer?.rollouts[index % pageSize] ?? null
    },
  }
}

function pagesBetween(first: number, last: number): number[] {
  const begin = Math.floor(first / pageSize)
  return Array.from({ length: Math.floor(last / pageSize) - begin + 1 }, (_, index) => begin + index)
}

function isSamePages(
  view: { readonly first: number; readonly last: number },
  from: number,
  to: number,
): boolean {
  return pagesBetween(view.first, view.last).join() === pagesBetween(from, to).join()
}
