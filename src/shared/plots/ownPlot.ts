import type { Metric } from '../metrics/metrics.ts'
import type { PlotShape } from './plotOption.ts'

/** Metrics that one reading of a run's points may name. */
export const mostOwnPlots = 50

/** The plot of one metric of an imported run, called as the other tool called it. @param known  null: not one of ours */
export function ownPlot(name: string, known: Metric | null): PlotShape {
  return {
    title: name,
    kind: 'line',
    xLabel: 'step',
    yLabel: known?.unit ?? 'value',
    series: [{ metric: name, label: name, colour: 0 }],
    yRange: null,
    lines: [],
    note: known?.meaning ?? '',
  }
}
