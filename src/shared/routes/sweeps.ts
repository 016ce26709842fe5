import { z } from 'zod'
import { AskedPlace } from '../runs/remotePlace.ts'
import { longestName, nameText } from '../text/labels.ts'
import type { ListedSweep, PointCurve, SweepView } from '../sweep/sweepView.ts'
import { config, output } from './parts.ts'

/** To every page: the state of a sweep that this owner runs is another. */
export interface SweepNews {
  readonly type: 'sweep'
}

/** Metrics of which the course over a point's seeds can be drawn. */
export const curveMetrics = [
  'validation/accuracy/final',
  'validation/accuracy/attempt',
  'validation/verifier/accuracy',
  'accuracy/final',
  'reward/trajectory',
] as const

/** What is checked before a sweep is begun. */
export interface CheckedSweep {
  readonly name: string
  readonly points: readonly string[]
  readonly seeds: number
  readonly trials: number
}

const name = nameText(longestName)
/** As `recheck sweep --config` reads it (docs/sweeps.md); checked by `parseSweep`. */
const spec = config

export const sweepRoutes = {
  /** Sweeps that were begun, and groups of runs without a plan; newest first. */
  'sweep.list': { input: z.strictObject({}), output: output<readonly ListedSweep[]>() },
  'sweep.get': { input: z.strictObject({ name }), output: output<SweepView>() },
  /** The best points by validation, at most twelve. */
  'sweep.curves': {
    input: z.strictObject({
      name,
      metric: z.enum(curveMetrics).default('validation/accuracy/final'),
      axis: z.enum(['step', 'tokens', 'timeMs']).default('step'),
    }),
    output: output<readonly PointCurve[]>(),
  },
  /** Reads a sweep and every trial's config, and begins nothing. */
  'sweep.check': { input: z.strictObject({ spec }), output: output<CheckedSweep>() },
  /** Runs the trials in this owner; one that was begun under this name before goes on. */
  'sweep.start': {
    input: z.strictObject({
      kind: z.enum(['sweep', 'methods']).default('sweep'),
      spec,
      /** Where its trials run; null = on this machine, one after the other. */
      place: AskedPlace.nullable().default(null),
      /** Trials at a time elsewhere; null = all. */
      parallel: z.int().min(1).max(1000).nullable().default(null),
    }),
    output: output<{ readonly name: string }>(),
  },
  /** No other trial begins; `now`: the one in hand ends after its step, with a checkpoint. */
  'sweep.stop': {
    input: z.strictObject({ name, when: z.enum(['after-trial', 'now']) }),
    output: output<null>(),
  },
  /** Goes on with what is left. */
  'sweep.resume': {
    input: z.strictObject({ name, retryFailed: z.boolean().default(false) }),
    output: output<null>(),
  },
  /** More seeds of every point, another budget, or more points of a random sweep; then it goes on. */
  'sweep.extend': {
    input: z.strictObject({
      name,
      seeds: z.int().min(0).max(100).default(0),
      randomTrials: z.int().min(0).max(1000).default(0),
      /** null = as it is. */
      budget: config.nullable().default(null),
    }),
    output: output<null>(),
  },
} as const
