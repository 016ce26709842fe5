import type { PlotLine } from '../../../shared/plots/plotData.ts'

/** What was switched off in the legends: labels of lines, by plot. */
export type HiddenLines = ReadonlyMap<string, ReadonlySet<string>>

/** The plots, each line that was switched off marked as such: page and pictures then show the same. */
export function withHiddenLines<P extends { readonly id: string; readonly lines: readonly PlotLine[] }>(
  plots: readonly P[],
  hidden: HiddenLines,
): P[] {
  return plots.map((plot) => {
    const labels = hidden.get(plot.id)
    if (labels === undefined || labels.size === 0) return plot
    const lines = plot.lines.map((line) => (labels.has(line.label) ? { ...line, hidden: true } : line))
    return { ...plot, lines }
  })
}

/** The labels that are off, of a legend's answer to a click. */
export function switchedOff(selected: Readonly<Record<string, boolean>>): ReadonlySet<string> {
  return new Set(Object.keys(selected).filter((label) => selected[label] === false))
}
