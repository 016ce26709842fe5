import { findMetric } from '../../../shared/metrics/metrics.ts'
import { mostOwnPlots, ownPlot } from '../../../shared/plots/ownPlot.ts'
import type { NamedPlot } from './morePlots.ts'

export interface OwnPlots {
  readonly plots: readonly NamedPlot[]
  /** Metrics that have none: there are too many. */
  readonly left: number
}

/**
 * A plot for each metric of an imported run, by name.
 *
 * @param but  metrics that have a place in another plot
 */
export function ownPlots(names: readonly string[], but: ReadonlySet<string> = new Set()): OwnPlots {
  const own = names.filter((name) => !but.has(name))
  return {
    plots: own
      .slice(0, mostOwnPlots)
      .map((name) => ({ id: `own ${name}`, shape: ownPlot(name, findMetric(name)) })),
    left: Math.max(0, own.length - mostOwnPlots),
  }
}
