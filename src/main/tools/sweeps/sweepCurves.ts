import type { ParsedInputOf } from '../../../shared/routes/contract.ts'
import { meanInterval } from '../../../shared/sweep/studentT.ts'
import type { PointCurve } from '../../../shared/sweep/sweepView.ts'
import type { Database } from '../../store/database.ts'
import { readSeries } from '../../store/metrics/metricQuery.ts'
import type { SweepMaterial } from './sweepView.ts'

/** More bands than these lie upon one another. */
const mostCurves = 12
/** Points of a curve; of more, every k-th and the last. */
const mostPoints = 200

type Wanted = Pick<ParsedInputOf<'sweep.curves'>, 'metric' | 'axis'>

/**
 * Mean and t interval over seeds of the best points, at the steps where all seeds of a point have a value.
 *
 * @param labels of the points, best first
 */
export function sweepCurves(
  db: Database,
  { trials }: SweepMaterial,
  labels: readonly string[],
  wanted: Wanted,
): readonly PointCurve[] {
  return labels.slice(0, mostCurves).flatMap((label) => {
    const runIds = trials.flatMap(({ point, run }) =>
      point.label === label && run !== null ? [run.runId] : [],
    )
    const seeds = runIds.map((runId) => seedCurve(db, runId, wanted)).filter((curve) => curve.size > 0)
    return seeds.length === 0 ? [] : [{ point: label, seeds: seeds.length, points: meanCurve(seeds) }]
  })
}

interface SeedPoint {
  readonly x: number
  readonly y: number
}

/** By step. */
function seedCurve(db: Database, runId: string, { metric, axis }: Wanted): ReadonlyMap<number, SeedPoint> {
  const columns = readSeries(db, runId, metric)
  return new Map(
    [...columns.value].map((y, index) => [columns.step[index] ?? 0, { x: columns[axis][index] ?? 0, y }]),
  )
}

function meanCurve(seeds: readonly ReadonlyMap<number, SeedPoint>[]): PointCurve['points'] {
  const [first] = seeds
  const common = [...(first?.keys() ?? [])].filter((step) => seeds.every((curve) => curve.has(step)))
  const every = Math.ceil(common.length / mostPoints)
  return common
    .filter((_, index) => index % every === 0 || index === common.length - 1)
    .map((step) => {
      const at = seeds.flatMap((curve) => curve.get(step) ?? [])
      const { mean, low, high } = meanInterval(at.map(({ y }) => y))
      return { x: meanInterval(at.map(({ x }) => x)).mean, mean, low, high }
    })
}
