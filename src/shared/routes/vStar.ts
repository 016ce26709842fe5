import { z } from 'zod'
import type { ListedVStar } from '../runs/records.ts'
import type { KeptSamples } from '../runs/vStarSamples.ts'
import { vStarTurns, type TurnCount, type VStarTurn } from '../runs/vStarTurns.ts'
import { output } from './parts.ts'

export interface VStarHistogram {
  readonly vStarId: string
  /** That have a sample of this turn. */
  readonly problems: number
  /** Share of problems whose V* is 0 or 1: no signal. */
  readonly withoutSignal: number
  readonly bins: readonly { readonly low: number; readonly high: number; readonly count: number }[]
}

export interface EstimatedProblem {
  readonly problemId: string
  /** Question and answer in the form by which copies of a problem are known. */
  readonly canonical: string
  /** Of the turn that was asked for, at the β₁ of the run that estimated. */
  readonly value: number
  readonly counts: Readonly<Record<VStarTurn, TurnCount>>
}

/** What is kept of what was written for one problem. */
export interface ProblemSamples {
  /** null: nothing of this problem. */
  readonly samples: KeptSamples | null
  /** Problems of which samples are kept, of those estimated. */
  readonly kept: number
  readonly estimated: number
}

const vStarId = z.string().max(100)
const turn = z.enum(vStarTurns).default('attempt')

export const vStarRoutes = {
  'vStar.list': { input: z.strictObject({}), output: output<readonly ListedVStar[]>() },
  'vStar.histogram': {
    input: z.strictObject({ vStarId, turn, bins: z.int().min(2).max(200).default(20) }),
    output: output<VStarHistogram>(),
  },
  /** Problems that have a sample of the turn, by V*: the lowest first. */
  'vStar.problems': {
    input: z.strictObject({
      vStarId,
      turn,
      /**
       * A bin of the histogram: `low` belongs to it, `high` does not; both ends of V* have bins of their own,
       * where they are equal.
       */
      low: z.number().min(0).max(1).nullable().default(null),
      high: z.number().min(0).max(1).nullable().default(null),
      /** A part of the problem's id or canonical form; '' = all. */
      search: z.string().max(200).default(''),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(200).default(50),
    }),
    output: output<{ readonly total: number; readonly problems: readonly EstimatedProblem[] }>(),
  },
  /** What the reference wrote for one problem, and whether it was correct. */
  'vStar.samples': {
    input: z.strictObject({ vStarId, problemId: z.string().max(200) }),
    output: output<ProblemSamples>(),
  },
} as const
