import type { PlotShape } from '../../../shared/plots/plotOption.ts'
import type { PlotLine } from '../../../shared/plots/plotData.ts'

/** What was switched off in the legends: labels of lines, by plot. */
export type HiddenLines = ReadonlyMap<string, ReadonlySet<string>>

interface LegendPlot {
  readonly id: string
  readonly lines: readonly PlotLine[]
  readonly shape: PlotShape
}

/**
 * The plots, each line and threshold that was switched off marked as such: page and pictures then show the
 * same.
 */
export function withHiddenLines<P extends LegendPlot>(plots: readonly P[], hidden: HiddenLines): P[] {
  return plots.map((plot) => {
    const labels = hidden.get(plot.id)
    if (labels === undefined || labels.size === 0) return plot
    const marked = <E extends { readonly label: string }>(each: E): E & { readonly hidden?: boolean } =>
      labels.has(each.label) ? { ...each, hidden: true } : each
    const shape = { ...plot.shape, lines: plot.shape.lines.map(marked) }
    return { ...plot, lines: plot.lines.map(marked), shape }
  })
}

/** The labels that are off, of a legend's answer to a click. */
export function switchedOff(selected: Readonly<Record<string, boolean>>): ReadonlySet<string> {
  return new Set(Object.keys(selected).filter((label) => selected[label] === false))
}
