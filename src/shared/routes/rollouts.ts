import { z } from 'zod'
import type { StoredRollout } from '../runs/records.ts'
import { output, runId } from './parts.ts'

export const rolloutOutcomes = [
  'all',
  'right-to-wrong',
  'wrong-to-right',
  'wrong-to-wrong',
  'right-to-right',
  'not-revised',
] as const

export const rolloutOrders = ['made', 'reward', 'advantage', 'logRatio', 'tokens'] as const

/** Which rollouts of a run, and in which order. A field that is null restricts nothing. */
const rolloutQuery = z.strictObject({
  runId,
  split: z.enum(['train', 'validation', 'test']).nullable().default(null),
  step: z.int().min(0).nullable().default(null),
  outcome: z.enum(rolloutOutcomes).default('all'),
  /** `none`: no verdict was asked for. */
  verdict: z.enum(['correct', 'wrong', 'unparsed', 'none']).nullable().default(null),
  /** Whether a completion ran into its limit of tokens. */
  truncated: z.boolean().nullable().default(null),
  problemId: z.string().max(200).nullable().default(null),
  subject: z.string().max(200).nullable().default(null),
  /**
   * Reward, text and order are those of this turn, and only rollouts that have it are meant; null = of all
   * turns together.
   */
  turn: z.enum(['attempt', 'verdict', 'revision']).nullable().default(null),
  /** Reward, both ends included. */
  minReward: z.number().nullable().default(null),
  maxReward: z.number().nullable().default(null),
  /**
   * A part of what was written, of the question or of the known answer, in any case of ASCII letters; '' =
   * all.
   */
  text: z.string().max(200).default(''),
  /**
   * `made`: by step, then as they came. Others are sums over the turns; rollouts without such a number come
   * last.
   */
  sort: z.enum(rolloutOrders).default('made'),
  descending: z.boolean().default(false),
})
export type RolloutQuery = z.output<typeof rolloutQuery>

export const rolloutRoutes = {
  'rollouts.list': {
    input: rolloutQuery.extend({
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(500).default(50),
    }),
    output: output<{ readonly total: number; readonly rollouts: readonly StoredRollout[] }>(),
  },
  /**
   * Writes the training rollouts of a run that are worth imitating (correct at the end, with a true verdict,
   * nothing cut) into a file of the data folder: the conversations of a warm-up.
   */
  'rollouts.conversations': {
    input: z.strictObject({ runId }),
    /** `path` for `warmUp.source`; kept of `total` training rollouts. */
    output: output<{ readonly path: string; readonly kept: number; readonly total: number }>(),
  },
  /** What the rollouts of a run can be chosen by. */
  'rollouts.choices': {
    input: z.strictObject({ runId }),
    output: output<{
      readonly splits: readonly StoredRollout['split'][]
      /** In alphabetical order, at most 500. */
      readonly subjects: readonly string[]
    }>(),
  },
} as const
