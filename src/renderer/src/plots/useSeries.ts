import { useQueries } from '@tanstack/react-query'
import type { MetricAxis } from '../../../shared/routes/metrics.ts'
import { readSeries, storedRange, type ReadSeries, type XRange } from './plotLines.ts'
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
  readonly series: readonly (readonly ReadSeries[] | null)[]
  readonly problem: unknown
}

/** In the place of a plot that has no points because none were read. */
export const unreadText = 'No points read yet.'

/**
 * The visible stretch of some metrics of one or several runs, thinned where it is read. What an answer says of each
 * point beyond the axis is let go of as it comes, and neither compared nor joined point by point with the answer
 * before it: a live run's are all others, twice a second.
 */
export function useSeries({ runIds, names, axis, range }: SeriesQuery): SeriesAnswer {
  const api = useApi()
  const parts = partsOf(names)
  const answers = useQueries({
    queries: runIds.flatMap((runId) =>
      parts.map((part) => {
        const input = { runId, names: part, axis, ...storedRange(range, axis), buckets }
        return {
          queryKey: ['metrics.range', input, 'points'],
          queryFn: async () =>
            (await api.request('metrics.range', input)).map((each) => readSeries(each, axis)),
          structuralSharing: false,
          ...previousOf(input, ['runId', 'axis']),
        }
      }),
    ),
  })
  return {
    series: runIds.map((_, run) => {
      const own = answers.slice(run * parts.length, (run + 1) * parts.length)
      const read = own.flatMap(({ data }) => data ?? [])
      return own.some(({ data }) => data === undefined) ? null : read
    }),
    problem: answers.find((answer) => answer.error !== null)?.error ?? null,
  }
}

/** Names that are asked for at once: as many as the route takes. */
const mostNames = 50

function partsOf(names: readonly string[]): string[][] {
  const count = Math.ceil(names.length / mostNames)
  return Array.from({ length: count }, (_, part) => names.slice(part * mostNames, (part + 1) * mostNames))
}
