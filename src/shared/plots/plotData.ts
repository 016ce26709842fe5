import type { MetricBucket, MetricPoint } from '../runs/records.ts'
import type { MetricAxis, MetricRange } from '../routes/metrics.ts'
import type { LinePattern } from './linePattern.ts'

/**
 * A y of null interrupts the line: the quantity was not defined there (0/0). No line begins or ends with one.
 */
export type PlotPoint = readonly [x: number, y: number | null]
/** A point that is drawn. */
export type DrawnPoint = readonly [x: number, y: number]

/** Those of the points that have a value. */
export function drawnPoints(points: readonly PlotPoint[]): DrawnPoint[] {
  return points.flatMap(([x, y]) => (y === null ? [] : [[x, y] as const]))
}

/** One drawn line, ready in x and y. */
export interface PlotLine {
  readonly label: string
  readonly colour: number
  /** Left out: solid. */
  readonly pattern?: LinePattern
  readonly points: readonly PlotPoint[]
  /** Drawn faintly about the line, at the line's own x; null = no interval there. */
  readonly band?: readonly (readonly [low: number, high: number] | null)[]
  /** A value holds until the next point, as a distribution function's does. */
  readonly stepped?: boolean
  /** Switched off in the legend of its plot, which names it all the same; a picture leaves it out. */
  readonly hidden?: boolean
}

/** Those that are not switched off. */
export function shownLines(lines: readonly PlotLine[]): readonly PlotLine[] {
  return lines.filter((line) => line.hidden !== true)
}

export interface PlotBin {
  readonly low: number
  readonly high: number
  readonly count: number
}

/**
 * Exponential moving average: weight 0 = off, nearer 1 = smoother. Corrected at the start, as Adam corrects
 * its moments. A gap stays a gap; after it the mean continues from where it was.
 */
export function smoothPoints(points: readonly PlotPoint[], weight: number): PlotPoint[] {
  let mean = 0
  let norm = 0
  return points.map(([x, y]) => {
    if (y === null) return [x, null]
    norm = weight * norm + (1 - weight)
    // by steps towards y, not as a quotient of sums: what is constant stays so to the last digit, else its
    // axis would show rounding
    mean += ((1 - weight) / norm) * (y - mean)
    return [x, mean]
  })
}

/**
 * Points of a range answer on the chosen axis: every point, or first, min, max and last of each bucket in
 * their order. In the middle of a gap stands a point without a value.
 */
export function rangePoints(
  range: Pick<MetricRange, 'points' | 'buckets' | 'gaps'>,
  axis: MetricAxis,
): PlotPoint[] {
  const kept = range.points.length > 0 ? range.points : range.buckets.flatMap(bucketPoints)
  const gaps = new Set(range.gaps)
  return kept.flatMap((point, index): PlotPoint[] => {
    const drawn = [axisValue(point, axis), point.value] as const
    const before = kept[index - 1]
    if (before === undefined || !gaps.has(point.step)) return [drawn]
    return [[(axisValue(before, axis) + drawn[0]) / 2, null], drawn]
  })
}

/** The bucket's four points in the order in which they came, each once. */
function bucketPoints(bucket: MetricBucket): MetricPoint[] {
  const inOrder = [bucket.first, bucket.min, bucket.max, bucket.last].sort((a, b) => a.step - b.step)
  return inOrder.filter((point, index) => index === 0 || point.step !== inOrder[index - 1]?.step)
}

function axisValue(point: MetricPoint, axis: MetricAxis): number {
  return axis === 'timeMs' ? point.timeMs / 60_000 : point[axis]
}

export const axisLabels: Readonly<Record<MetricAxis, string>> = {
  step: 'step',
  timeMs: 'active time (minutes)',
  tokens: 'generated tokens',
  problems: 'problems seen',
}
