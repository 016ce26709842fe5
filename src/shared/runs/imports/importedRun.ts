/** What another tool logged, as it is taken in: a run that is read, and never started or written to. */

/** Whose file it came from. `table`: CSV, JSON or Parquet with a column of steps. */
export const importFormats = ['tensorboard', 'wandb', 'trackio', 'table'] as const
export type ImportFormat = (typeof importFormats)[number]

export const importFormatNames: Readonly<Record<ImportFormat, string>> = {
  tensorboard: 'TensorBoard',
  wandb: 'W&B',
  trackio: 'trackio',
  table: 'a table',
}

/** A file is untrusted: what it holds is compared with these before memory is spent on it. */
export const importLimits = {
  /** Of one import. */
  runs: 1000,
  /** Of one import, all runs together; a point takes 24 bytes while it is read. */
  points: 5_000_000,
  /** Of one run. */
  metrics: 1000,
  /** Characters of a metric's name: what the Api takes. */
  metricName: 100,
  /** Characters of the config that came with a run, as JSON. */
  config: 200_000,
} as const

/** One metric of an imported run: by step, each step once. */
export interface ImportedSeries {
  readonly name: string
  readonly step: Float64Array
  /** Since the first point of the run; it never falls. 0 where the file has no times. */
  readonly timeMs: Float64Array
  readonly value: Float64Array
}

export interface ImportedRun {
  /** One line; may be empty. */
  readonly name: string
  readonly format: ImportFormat
  /** JSON of an object: what the other tool knew of its settings. */
  readonly config: string
  /** Of its first point, ms since 1970; null where the file has no times. */
  readonly startedAtMs: number | null
  readonly series: readonly ImportedSeries[]
  /** Of all that is above: the same run that is read again has the same. */
  readonly fingerprint: string
  /** What was left out or read otherwise than it is written, one sentence each. */
  readonly notes: readonly string[]
}

/** What became of it. */
export interface ImportOutcome {
  readonly runId: string
  readonly name: string
  readonly format: ImportFormat
  readonly metrics: number
  readonly points: number
  /** `again`: it was here already; `restored`: it was here, and deleted. */
  readonly state: 'new' | 'again' | 'restored'
  readonly notes: readonly string[]
}

/** "12 points of 2 metrics", and what it was before. */
export function importText({ name, format, metrics, points, state }: ImportOutcome): string {
  const count = `${points.toLocaleString('en-US')} ${points === 1 ? 'point' : 'points'} of ${metrics.toLocaleString('en-US')} ${metrics === 1 ? 'metric' : 'metrics'}`
  const what = `${name}: ${count} from ${importFormatNames[format]}`
  if (state === 'new') return what
  return state === 'again'
    ? `${what}; imported before, nothing was added`
    : `${what}; imported before and deleted since, restored`
}
