import type { MetricBucket, MetricPoint } from '../records.ts'
import type { MetricAxis } from '../routes/metrics.ts'

/** One drawn line, ready in x and y. A break in the data (0/0) is simply absent. */
export interface PlotLine {
  readonly label: string
  readonly colour: number
  readonly dashed: boolean
  readonly points: readonly (readonly [x: number, y: number])[]
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

/** Exponential moving average: weight 0 = off, nearer 1 = smoother. Corrected at the start, as Adam corrects its moments. */
export function smoothPoints(
  points: readonly (readonly [x: number, y: number])[],
  weight: number,
): [x: number, y: number][] {
  let mean = 0
  let norm = 0
  return points.map(([x, y]) => {
    norm = weight * norm + (1 - weight)
    // by steps towards y, not as a quotient of sums: what is constant stays so to the last digit, else its axis would show rounding
    mean += ((1 - weight) / norm) * (y - mean)
    return [x, mean]
  })
}

/** Points of a range answer on the chosen axis: every point, or first, min, max and last of each bucket in their order. */
export function rangePoints(
  range: { readonly points: readonly MetricPoint[]; readonly buckets: readonly MetricBucket[] },
  axis: MetricAxis,
): [x: number, y: number][] {
  const kept = range.points.length > 0 ? range.points : range.buckets.flatMap(bucketPoints)
  return kept.map((point) => [axisValue(point, axis), point.value])
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
