import { findMetric } from '../metrics/metrics.ts'
import { patternOf } from '../plots/linePattern.ts'
import { axisLabels, type PlotLine } from '../plots/plotData.ts'
import type { PlotShape } from '../plots/plotOption.ts'
import type { MetricAxis } from '../routes/metrics.ts'
import type { PointCurve } from './sweepView.ts'

/** A plot of points' means over seeds; its title and note are the caller's. */
export function curveShape(
  metric: string,
  axis: MetricAxis,
  { title, note }: Pick<PlotShape, 'title' | 'note'>,
): PlotShape {
  const yLabel = findMetric(metric)?.label ?? metric
  return { title, note, kind: 'line', xLabel: axisLabels[axis], yLabel, series: [], yRange: null, lines: [] }
}

/** A line a point, with its interval as a band; time in minutes. */
export function curveLines(curves: readonly PointCurve[], axis: MetricAxis): PlotLine[] {
  return curves.map(({ point, points }, colour) => ({
    label: point,
    colour,
    pattern: patternOf(colour),
    points: points.map(({ x, mean }) => [axis === 'timeMs' ? x / 60_000 : x, mean]),
    band: points.map(({ low, high }) => (low === null || high === null ? null : [low, high])),
  }))
}
