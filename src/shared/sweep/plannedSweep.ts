import { z } from 'zod'
import { RemotePlace } from '../runs/remotePlace.ts'
import { sweepSchema } from './sweepSpec.ts'

/** What a sweep is, as it is kept from one process to the next. */
export const PlannedSweep = z.strictObject({
  /** `methods`: made by `compare-methods`, so that its points are methods. */
  kind: z.enum(['sweep', 'methods']),
  spec: sweepSchema,
  trials: z.int().min(1),
  /** Where its trials run; null = on this machine. */
  place: RemotePlace.nullable(),
  /** Trials at a time elsewhere; null = all. */
  parallel: z.int().min(1).nullable(),
})
export type PlannedSweep = z.output<typeof PlannedSweep>
