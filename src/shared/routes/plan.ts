import { z } from 'zod'
import type { MemoryPlan } from '../memoryPlan.ts'
import type { RunPace } from '../text/timeEstimate.ts'
import { config, output, stage } from './parts.ts'

export interface TurnPreview {
  readonly kind: 'attempt' | 'verdict' | 'revision'
  readonly text: string
  readonly ids: readonly number[]
  /** The text of each id by itself; a special token is one that ends, begins or marks, and is no text. */
  readonly pieces: readonly { readonly text: string; readonly isSpecial: boolean }[]
}

/** What starting a run would find, looked up without starting it. */
export interface PlanCheck {
  /** Everything a V* estimate of this config depends on, part by part; and the hash of it. */
  readonly inputs: Readonly<Record<string, string>>
  readonly inputHash: string
  /** Training problems there are. */
  readonly problems: number
  /** Of the policy. */
  readonly parameters: number
  /** Longest rollout, in tokens, that problems and limits can give; the model takes `maxPositions`. */
  readonly longestRollout: number
  readonly maxPositions: number
  /** Rows of one forward and backward pass. */
  readonly rowsPerPass: number
  /** Parameters and moments: what one checkpoint weighs. */
  readonly checkpointBytes: number
  /** What it will need, should rollouts be as long as they can be. */
  readonly memory: MemoryPlan
  /** Something to know of the data (a fallback, rows left out); null when there is nothing. */
  readonly dataNote: string | null
  /** What of the model folders is not read, or not as it is written; usually nothing. */
  readonly modelNotices: readonly string[]
}

export const planRoutes = {
  'plan.check': { input: z.strictObject({ stage, config }), output: output<PlanCheck>() },
  /** How fast an earlier run with such a config went on this machine; null where there is none. */
  'plan.pace': { input: z.strictObject({ config }), output: output<RunPace | null>() },
  'template.preview': { input: z.strictObject({ config }), output: output<readonly TurnPreview[]>() },
} as const
