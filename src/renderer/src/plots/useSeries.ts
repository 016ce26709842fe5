import { keepPreviousData, useQueries } from '@tanstack/react-query'
import type { MetricRange } from '../../../shared/routes/metrics.ts'
import type { MetricAxis } from '../../../shared/routes/metrics.ts'
import { storedRange, type XRange } from './plotLines.ts'
import { useApi } from '../data/apiContext.ts'

/** Buckets a line: with first, least, greatest and last of each, up to four times as many points. */
const buckets = 300

export interface SeriesQuery {
  readonly runIds: readonly string[]
  readonly names: readonly string[]
  readonly axis: MetricAxis
  readonly range: XRange | null
}

export interface SeriesAnswer {
  /** In the order of `runIds`; none before the first answer. */
  readonly ranges: readonly (readonly MetricRange[])[]
  readonly problem: unknown
}

/** The visible stretch of some metrics of one or several runs, thinned where it is read. */
export function useSeries({ runIds, names, axis, range }: SeriesQuery): SeriesAnswer {
  const api = useApi()
  return useQueries({
    queries: runIds.map((runId) => {
      const input = { runId, names: [...names], axis, ...storedRange(range, axis), buckets }
      return {
        queryKey: ['metrics.range', input],
        queryFn: () => api.request('metrics.range', input),
        placeholderData: keepPreviousData,
      }
    }),
    combine: (answers) => ({
      ranges: answers.map((answer) => answer.data ?? []),
      problem: answers.find((answer) => answer.error !== null)?.error ?? null,
    }),
  })
}
