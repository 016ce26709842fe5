import { z } from 'zod'
import type { MetricBucket, MetricPoint } from '../runs/records.ts'
import { distinct, output, runId } from './parts.ts'

const axis = z.enum(['step', 'timeMs', 'tokens', 'problems'])
export type MetricAxis = z.infer<typeof axis>

/**
 * One of `points` (short series: every point) and `buckets` (long ones) is filled; `total` counts the points
 * in range.
 */
export interface MetricRange {
  readonly name: string
  readonly total: number
  readonly points: readonly MetricPoint[]
  readonly buckets: readonly MetricBucket[]
  /**
   * Steps of the points before which the line is interrupted: the steps between have been run, and the
   * quantity was not defined there (0/0). Among buckets, gaps that are at least one bucket wide.
   */
  readonly gaps: readonly number[]
}

export const metricRoutes = {
  'metrics.names': { input: z.strictObject({ runId }), output: output<readonly string[]>() },
  'metrics.range': {
    input: z.strictObject({
      runId,
      names: distinct(z.array(z.string().min(1).max(100)).min(1).max(50)),
      axis: axis.default('step'),
      from: z.number().nullable().default(null),
      to: z.number().nullable().default(null),
      buckets: z.int().min(1).max(10_000).default(600),
    }),
    output: output<readonly MetricRange[]>(),
  },
  'metrics.csv': { input: z.strictObject({ runId }), output: output<{ readonly csv: string }>() },
} as const
