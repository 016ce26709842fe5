import type { NextInt } from '../statistics.ts'
import { chancesOfBest, differencesBySeed } from './seedStatistics.ts'
import { meanInterval, type MeanInterval } from './studentT.ts'
import type { SweepPoint, Trial } from './sweepTrials.ts'

/** What a finished trial scored. */
export interface TrialScore {
  readonly trial: Pick<Trial, 'point' | 'seed'>
  /** The sweep's metric on the validation split at the run's last step; null where nothing was evaluated. */
  readonly validation: number | null
  /** Acc@final on the test split at the last step. */
  readonly test: number | null
  /** Completion tokens of the run. */
  readonly tokens: number
}

export interface PointSummary {
  readonly point: SweepPoint
  /** Over seeds; null where no trial of the point has finished. */
  readonly validation: MeanInterval | null
  readonly tokens: number | null
}

export interface RankedPoint extends PointSummary {
  /**
   * How often it comes out best when each point's seeds are drawn again with replacement; null where a point
   * has a single seed, because then nothing is known of its spread.
   */
  readonly chanceOfBest: number | null
}

export interface SweepSummary {
  /** Best first by the mean of the validation metric; points without a score last. */
  readonly points: readonly RankedPoint[]
  /** The test score of the best point, the only one that is looked at; null without a best one. */
  readonly bestTest: MeanInterval | null
  /** `chanceOfBest` of the best point. */
  readonly bestIsBest: number | null
  /**
   * Of fields with several values: the share of the validation metric's variance over trials that the field
   * explains alone (η²).
   */
  readonly importance: readonly { readonly path: string; readonly share: number }[]
}

/** @param nextInt  uniform whole numbers below a bound */
export function summariseSweep(
  points: readonly SweepPoint[],
  scores: readonly TrialScore[],
  nextInt: NextInt,
): SweepSummary {
  const chances = chancesOf(points, scores, nextInt)
  const summaries = pointSummaries(points, scores)
  const rankable = summaries.map((each, index) => ({ ...each, chanceOfBest: chances?.[index] ?? null }))
  const ranked = bestFirst(rankable)
  const best = ranked[0]?.validation === null ? undefined : ranked[0]
  const tests = scores.flatMap(({ trial, test }) =>
    test !== null && trial.point.label === best?.point.label ? [test] : [],
  )
  return {
    points: ranked,
    bestTest: tests.length === 0 ? null : meanInterval(tests),
    bestIsBest: best?.chanceOfBest ?? null,
    importance: importanceOf(scores),
  }
}

/** By the mean of the validation metric, those without a score last; ties by their order. */
export function bestFirst<T extends PointSummary>(summaries: readonly T[]): readonly T[] {
  return summaries.toSorted(
    (a, b) => (b.validation?.mean ?? -Infinity) - (a.validation?.mean ?? -Infinity) || 0,
  )
}

/** Each point over its seeds, in the order of the points. */
export function pointSummaries(
  points: readonly SweepPoint[],
  scores: readonly TrialScore[],
): readonly PointSummary[] {
  const own = scoresByPoint(scores)
  return points.map((point) => summaryOf(point, own.get(point.label) ?? []))
}

/** By label, in their order. */
function scoresByPoint(scores: readonly TrialScore[]): ReadonlyMap<string, readonly TrialScore[]> {
  const byPoint = new Map<string, TrialScore[]>()
  for (const score of scores) {
    const { label } = score.trial.point
    const own = byPoint.get(label)
    if (own === undefined) byPoint.set(label, [score])
    else own.push(score)
  }
  return byPoint
}

function summaryOf(point: SweepPoint, scores: readonly TrialScore[]): PointSummary {
  const values = scores.flatMap(({ validation }) => validation ?? [])
  return {
    point,
    validation: values.length === 0 ? null : meanInterval(values),
    tokens: scores.length === 0 ? null : scores.reduce((sum, { tokens }) => sum + tokens, 0) / scores.length,
  }
}

/** By point; null where one has a single seed, or stands alone: there is nothing to be better than. */
function chancesOf(
  points: readonly SweepPoint[],
  scores: readonly TrialScore[],
  nextInt: NextInt,
): readonly number[] | null {
  if (points.length < 2) return null
  const own = scoresByPoint(scores)
  const groups = points.map(({ label }) =>
    (own.get(label) ?? []).flatMap(({ validation }) => validation ?? []),
  )
  return chancesOfBest(groups, nextInt)
}

/**
 * η² of each varied field: between the values' means, of the whole sum of squares. Fields are taken one by
 * one.
 */
function importanceOf(scores: readonly TrialScore[]): SweepSummary['importance'] {
  const scored = scores.flatMap(({ trial, validation }) =>
    validation === null ? [] : [{ values: trial.point.values, validation }],
  )
  const mean = scored.reduce((sum, { validation }) => sum + validation, 0) / scored.length
  const total = scored.reduce((sum, { validation }) => sum + (validation - mean) ** 2, 0)
  const paths = [...new Set(scored.flatMap(({ values }) => Object.keys(values)))]
  if (total === 0) return []
  return paths
    .map((path) => {
      const keys = scored.map(({ values }) => JSON.stringify(values[path]))
      const distinct = [...new Set(keys)]
      const between = distinct.reduce((sum, key) => {
        const group = scored.filter((_, index) => keys[index] === key)
        const own = group.reduce((inner, { validation }) => inner + validation, 0) / group.length
        return sum + group.length * (own - mean) ** 2
      }, 0)
      return { path, share: between / total, values: distinct.length }
    })
    .filter(({ values }) => values > 1)
    .map(({ path, share }) => ({ path, share }))
    .toSorted((a, b) => b.share - a.share)
}

export interface ComparedPoint {
  readonly point: SweepPoint
  /**
   * point − first over the seeds that both have finished; the interval is widened for the number of
   * comparisons.
   */
  readonly difference: MeanInterval | null
}

/**
 * Each point against the first, paired by seed (same problems, same draws): t intervals of 1 − 0.05/m, m the
 * number of comparisons (Bonferroni), so that all of them hold together with 95 %.
 */
export function comparePoints(
  points: readonly SweepPoint[],
  scores: readonly TrialScore[],
): readonly ComparedPoint[] {
  const [first, ...others] = points
  if (first === undefined) return []
  const bySeed = ({ label }: SweepPoint): ReadonlyMap<number, number> =>
    new Map(
      scores.flatMap(({ trial, validation }) =>
        trial.point.label === label && validation !== null ? [[trial.seed, validation] as const] : [],
      ),
    )
  const base = bySeed(first)
  return others.map((point) => {
    const differences = differencesBySeed(base, bySeed(point))
    return {
      point,
      difference: differences.length === 0 ? null : meanInterval(differences, 1 - 0.05 / others.length),
    }
  })
}

/**
 * The points that go on to the next rung of successive halving: the better share, at least one; ties by their
 * order.
 */
export function keptPoints(summaries: readonly PointSummary[], keep: number): readonly SweepPoint[] {
  return bestFirst(summaries.filter(({ validation }) => validation !== null))
    .slice(0, Math.max(1, Math.ceil(summaries.length * keep)))
    .map(({ point }) => point)
}
