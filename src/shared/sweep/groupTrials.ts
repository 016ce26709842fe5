import { configFields, valueAtPath } from '../config/fields.ts'
import { labelOf, type SweepPoint } from './sweepTrials.ts'

/** A run of a group, its config as it is stored. */
export interface GroupedRun {
  readonly runId: string
  readonly name: string
  readonly config: unknown
}

export interface GroupTrial {
  readonly run: GroupedRun
  readonly point: SweepPoint
  readonly seed: number
}

/** Says nothing about what is trained. */
const labels = ['name', 'tags', 'notes', 'seed']

/**
 * Runs of a group as trials: those that differ in nothing but their seed are one point, and a point is named by
 * the fields in which the group's runs differ.
 */
export function groupTrials(runs: readonly GroupedRun[]): readonly GroupTrial[] {
  const paths = configFields
    .map(({ path }) => path)
    .filter((path) => !labels.includes(path))
    .filter((path) => new Set(runs.map(({ config }) => JSON.stringify(valueAtPath(config, path)))).size > 1)
  const points = new Map<string, SweepPoint>()
  return runs.map((run) => {
    const values = Object.fromEntries(paths.map((path) => [path, valueAtPath(run.config, path)]))
    const label = paths.length === 0 ? 'all alike' : labelOf(values)
    const point = points.get(label) ?? { label, values, layer: {} }
    points.set(label, point)
    return { run, point, seed: Number(valueAtPath(run.config, 'seed') ?? 0) }
  })
}
