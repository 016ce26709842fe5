import { z } from 'zod'
import type { StoredRollout } from '../records.ts'
import { output, runId } from './parts.ts'

export const rolloutRoutes = {
  'rollouts.list': {
    input: z.strictObject({
      runId,
      step: z.int().min(0).nullable().default(null),
      outcome: z
        .enum([
          'all',
          'right-to-wrong',
          'wrong-to-right',
          'wrong-to-wrong',
          'right-to-right',
          'not-revised',
          'unparsed',
          'truncated',
        ])
        .default('all'),
      problemId: z.string().max(200).nullable().default(null),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(500).default(50),
    }),
    output: output<{ readonly total: number; readonly rollouts: readonly StoredRollout[] }>(),
  },
} as const
