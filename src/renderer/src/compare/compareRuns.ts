import { plots } from '../../../shared/metrics/metrics.ts'
import { configFields, valueAtPath } from '../../../shared/config/fields.ts'
import type { Evaluation, Run } from '../../../shared/runs/records.ts'
import type { VStarHistogram } from '../../../shared/routes/vStar.ts'
import type { LinePattern } from '../../../shared/plots/linePattern.ts'
import type { PlotLine } from '../../../shared/plots/plotData.ts'
import type { NamedPlot } from '../plots/morePlots.ts'
import type { ReadSeries } from '../plots/plotLines.ts'
import { configOf } from '../widgets/run/runConfig.ts'

/** Told apart by colour and pattern; more are a tangle, whatever they look like. */
export const mostCompared = 20

/**
 * The config fields in which at least two of the runs differ; name, tags and notes say nothing about
 * training.
 */
export function differingFields(runs: readonly Run[]): { path: string; values: unknown[] }[] {
  return configFields
    .filter(({ path }) => !['name', 'tags', 'notes'].includes(path))
    .map(({ path }) => ({ path, values: runs.map((run) => valueAtPath(configOf(run), path)) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1)
}

/** Names of the runs as labels; a name that occurs twice gets the end of its id. */
export function runLabels(runs: readonly Run[]): string[] {
  return runs.map((run) =>
    runs.filter((other) => other.name === run.name).length === 1
      ? run.name
      : `${run.name} (${run.runId.slice(-6)})`,
  )
}

/** The one metric by which a plot compares runs; the others stand in the side-by-side view. */
const comparedMetric: Readonly<Record<string, string>> = {
  'training-loss': 'loss/policy',
  'policy-rewards': 'reward/trajectory',
  'answer-accuracy': 'accuracy/final',
  'verifier-accuracy': 'verifier/accuracy',
  'change-ratio': 'revision/changeRatio',
  'revision-rate': 'revision/rate',
}

/** The main plots for several runs: one metric a plot, one line a run; V* as shares of problems. */
export const comparedPlots: readonly NamedPlot[] = plots.map(({ id, ...shape }) => {
  if (shape.kind === 'histogram') {
    return {
      id,
      shape: {
        ...shape,
        kind: 'line',
        series: [],
        xLabel: 'V* of the attempt (reward)',
        yLabel: 'share up to here',
        yRange: [0, 1],
        note: 'share of the training problems whose V* is at most x; 0 and 1 carry no signal',
      },
    }
  }
  const series = shape.series.filter(({ metric }) => metric === comparedMetric[id])
  const [only] = series
  const lines = shape.lines.filter(({ metric }) => metric === comparedMetric[id])
  const title = only === undefined ? shape.title : `${shape.title}: ${only.label}`
  return { id, shape: { ...shape, series, lines, title } }
})

export interface ComparedLinesView {
  /** One a run; null = hidden. */
  readonly labels: readonly (string | null)[]
  readonly colours: readonly number[]
  readonly patterns: readonly LinePattern[]
}

/** One line a run of the plot's metric; a run keeps its colour in every plot. */
export function comparedLines(
  plot: NamedPlot,
  series: readonly (readonly ReadSeries[])[],
  { labels, colours, patterns }: ComparedLinesView,
): PlotLine[] {
  const metric = plot.shape.series[0]?.metric
  return labels.flatMap((label, index) => {
    const read = series[index]?.find((each) => each.name === metric)
    if (label === null || read === undefined || read.total === 0) return []
    const look = { colour: colours[index] ?? 0, pattern: patterns[index] ?? 'solid' }
    return [{ ...look, label, points: read.points }]
  })
}

/**
 * V* of each run as a line of steps: the share of its problems up to each value, as finely as the bins are.
 */
export function vStarLines(
  histograms: readonly (VStarHistogram | null)[],
  { labels, colours, patterns }: ComparedLinesView,
): PlotLine[] {
  return labels.flatMap((label, index): PlotLine[] => {
    const histogram = histograms[index] ?? null
    if (label === null || histogram === null || histogram.problems === 0) return []
    let upTo = 0
    const points = histogram.bins.map(
      ({ high, count }) => [high, (upTo += count) / histogram.problems] as const,
    )
    const look = { colour: colours[index] ?? 0, pattern: patterns[index] ?? 'solid' }
    return [{ ...look, label, points, stepped: true }]
  })
}

/** The newest evaluation of the test split, or null. */
export function lastTest(evaluations: readonly Evaluation[]): Evaluation | null {
  return evaluations
    .filter((each) => each.split === 'test')
    .reduce<Evaluation | null>((last, each) => (last === null || each.step >= last.step ? each : last), null)
}
