import { z } from 'zod'
import type { ListedVStar } from '../records.ts'
import { output } from './parts.ts'

export interface VStarHistogram {
  readonly vStarId: string
  readonly problems: number
  /** Share of problems whose V* is 0 or 1: no signal. */
  readonly withoutSignal: number
  readonly bins: readonly { readonly low: number; readonly high: number; readonly count: number }[]
}

export const vStarRoutes = {
  'vStar.list': { input: z.strictObject({}), output: output<readonly ListedVStar[]>() },
  'vStar.histogram': {
    input: z.strictObject({ vStarId: z.string().max(100), bins: z.int().min(2).max(200).default(20) }),
    output: output<VStarHistogram>(),
  },
} as const
