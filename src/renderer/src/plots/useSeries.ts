import { useQueries } from '@tanstack/react-query'
import type { MetricRange } from '../../../shared/routes/metrics.ts'
import type { MetricAxis } from '../../../shared/routes/metrics.ts'
import { storedRange, type XRange } from './plotLines.ts'
import { useApi } from '../data/apiContext.ts'
import { previousOf } from '../data/useRoute.ts'

/** Buckets a line: with first, least, greatest and last of each, up to four times as many points. */
const buckets = 300

export interface SeriesQuery {
  readonly runIds: readonly string[]
  readonly names: readonly string[]
  readonly axis: MetricAxis
  readonly range: XRange | null
}

export interface SeriesAnswer {
  /** In the order of `runIds`; null before a run's first answer. */
  readonly ranges: readonly (readonly MetricRange[] | null)[]
  readonly problem: unknown
}

/** In the place of a plot that has no points because none were read. */
export const unreadText = 'No points read yet.'

/** The visible stretch of some metrics of one or several runs, thinned where it is read. */
export function useSeries({ runIds, names, axis, range }: SeriesQuery): SeriesAnswer {
  const api = useApi()
  return useQueries({
    queries: runIds.map((runId) => {
      const input = { runId, names: [...names], axis, ...storedRange(range, axis), buckets }
      return {
        queryKey: ['metrics.range', input],
        queryFn: () => api.request('metrics.range', input),
        ...previousOf(input, ['runId', 'axis']),
      }
    }),
    combine: (answers) => ({
      ranges: answers.map((answer) => answer.data ?? null),
      problem: answers.find((answer) => answer.error !== null)?.error ?? null,
    }),
  })
}
