import type { RunStatus } from '../runs/records.ts'
import type { MeanInterval } from './studentT.ts'
import type { PlannedSweep } from './plannedSweep.ts'
import type { SweepSpec } from './sweepSpec.ts'

/** `group`: runs that somebody has put into one group, without a plan of what else belongs to it. */
export type SweepKind = PlannedSweep['kind'] | 'group'

/** What this owner does for a sweep now. A sweep that a terminal runs is idle here, while its runs are not. */
export interface SweepWork {
  /** `ending`: the trials in hand are brought to an end, no other begins. */
  readonly state: 'running' | 'ending' | 'idle'
  /** The last that it had to say, since this owner began; null = nothing. */
  readonly said: string | null
}

export interface TrialCounts {
  readonly finished: number
  readonly failed: number
  /** Queued, running or paused. */
  readonly active: number
  /** Stopped or interrupted. */
  readonly halted: number
}

/** A sweep as the list of sweeps shows it. */
export interface ListedSweep {
  readonly name: string
  readonly kind: SweepKind
  readonly createdAtMs: number
  /** In its plan; of a group, its runs. */
  readonly trials: number
  readonly counts: TrialCounts
  readonly work: SweepWork
}

export interface SweepPace {
  readonly trialsPerHour: number
  /** Of those that are not over, at this rate. */
  readonly msLeft: number
}

/** One trial; what belongs to a run is null where it has not begun. */
export interface TrialRow {
  readonly name: string
  /** Label of its point. */
  readonly point: string
  readonly seed: number
  readonly runId: string | null
  readonly status: RunStatus | null
  readonly stepsDone: number | null
  readonly totalSteps: number | null
  /** Generated. */
  readonly tokens: number | null
  /** Of the validation split at its last evaluation; null = none, or not finished. */
  readonly validation: number | null
  /** Why its run does not go on now, as its log says it: no room on the cluster, something is away; null = nothing. */
  readonly waitsFor: string | null
}

export interface PointRow {
  readonly label: string
  /** By dotted path of a config field; empty for named points. */
  readonly values: Readonly<Record<string, unknown>>
  /** Over the seeds that have finished; null = none has. */
  readonly validation: MeanInterval | null
  /** Mean of a run. */
  readonly tokens: number | null
  /** Share of bootstrap draws of the seeds in which its mean is the highest; null = a point has one seed. */
  readonly chanceOfBest: number | null
}

/** Everything that the page of one sweep shows, but its curves. */
export interface SweepView {
  readonly name: string
  readonly kind: SweepKind
  readonly createdAtMs: number
  /** null for a group. */
  readonly spec: SweepSpec | null
  readonly metric: SweepSpec['metric']
  readonly work: SweepWork
  /** Where its trials run, when that is not this machine: `Ray at http://head:8265`. */
  readonly engine: string | null
  /** Trials at a time there; null = all. */
  readonly parallel: number | null
  readonly trials: readonly TrialRow[]
  /** How fast its trials come to their end, by the last of them; null = fewer than three have, or none is left. */
  readonly pace: SweepPace | null
  /** Best first; points without a score last. */
  readonly points: readonly PointRow[]
  /** Acc@final of the best point on the test split, the only one that is looked at. */
  readonly bestTest: MeanInterval | null
  /** η² of each varied field, see `summariseSweep`. */
  readonly importance: readonly { readonly path: string; readonly share: number }[]
  /** Of named points against the first, paired by seed; all intervals hold together with 95 %. */
  readonly differences: readonly { readonly point: string; readonly difference: MeanInterval | null }[]
}

/** The course of a metric over a point's seeds. */
export interface PointCurve {
  readonly point: string
  readonly seeds: number
  /** Where all of its seeds have a value; low and high: Student's t interval, null with one seed. */
  readonly points: readonly {
    readonly x: number
    readonly mean: number
    readonly low: number | null
    readonly high: number | null
  }[]
}
