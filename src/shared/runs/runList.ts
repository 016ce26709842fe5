import type { Run } from './records.ts'

/**
 * The metrics that a run list carries: those that it has columns for. Any other is asked for by name
 * (`run.values`).
 */
export const listedMetrics = [
  'accuracy/final',
  'accuracy/attempt',
  'verifier/accuracy',
  'revision/changeRatio',
  'loss/policy',
  'policy/klK3',
  'test/accuracy/final',
] as const

const listedFields = [
  'runId',
  'name',
  'stage',
  'status',
  'tags',
  'notes',
  'group',
  'createdAtMs',
  'device',
  'step',
  'stepsDone',
  'totalSteps',
  'activeMs',
  'tokensGenerated',
  'problemsSeen',
  'testScore',
  'vStarId',
] as const satisfies readonly (keyof Run)[]

/**
 * A run as the list shows it: without its config, and of its metrics only `listedMetrics`. Whole rows of
 * 10,000 runs with every metric are 60 MB of JSON, these are 5.
 */
export interface ListedRun extends Pick<Run, (typeof listedFields)[number]> {
  /** Left out of those that are not: a list of 10,000 runs travels whole. */
  readonly pinned?: boolean
  /** A cluster executes it: it takes no device of this machine. Left out of those that are executed here. */
  readonly isElsewhere?: boolean
  /** Of `listedMetrics`, those that have a value. */
  readonly latest: Readonly<Record<string, number>>
}

/** A whole run as the list shows it. */
export function listedRun(run: Run): ListedRun {
  const fields = Object.fromEntries(listedFields.map((field) => [field, run[field]])) as Pick<
    Run,
    (typeof listedFields)[number]
  >
  const pin = run.pinned ? { pinned: true } : {}
  return { ...fields, ...pin, latest: listedValues(listedMetrics.map((name) => run.latest[name])) }
}

/**
 * @param values of `listedMetrics`, in their order; an undefined one (0/0) is left out, as one never measured
 */
export function listedValues(values: readonly (number | null | undefined)[]): Record<string, number> {
  const latest: Record<string, number> = {}
  listedMetrics.forEach((name, index) => {
    const value = values[index]
    if (typeof value === 'number') latest[name] = value
  })
  return latest
}

/**
 * For each run what it has under each of the names: a metric's latest value or a config field's; null where
 * it has none.
 */
export interface RunValues {
  readonly names: readonly string[]
  readonly values: Readonly<Record<string, readonly unknown[]>>
}
