import { findMetric, plots } from '../../shared/metrics/metrics.ts'
import { mostOwnPlots, ownPlot } from '../../shared/plots/ownPlot.ts'
import { axisLabels, rangePoints, type PlotLine } from '../../shared/plots/plotData.ts'
import {
  histogramOption,
  linePlotOption,
  type PlotOption,
  type PlotShape,
  type PlotView,
} from '../../shared/plots/plotOption.ts'
import type { PlotTheme } from '../../shared/plots/plotTheme.ts'
import type { Run } from '../../shared/runs/records.ts'
import { plainLine } from '../../shared/text/plainText.ts'
import { plotSvg } from '../host/machine/plotFiles.ts'
import type { Database } from '../store/database.ts'
import { listSeries, readRange } from '../store/metrics/metricQuery.ts'
import { vStarHistogram } from './vStarHistogram.ts'

const size = { width: 1200, height: 800 }
/** Points asked for per series: twice the picture's width. */
const buckets = 1200
const histogramBins = 20

/** What the plots of a run are drawn from. */
export interface PlottedRun {
  readonly db: Database
  readonly run: Run
  readonly theme: PlotTheme
}

/** A plot with the name of its file. */
export interface NamedPlot {
  readonly id: string
  readonly shape: PlotShape
}

/** The main plots; of an imported run one for each of its metrics. */
export function drawnPlots(db: Database, run: Run): readonly NamedPlot[] {
  if (run.stage !== 'imported') return plots.map(({ id, ...shape }) => ({ id, shape }))
  return listSeries(db, run.runId)
    .slice(0, mostOwnPlots)
    .map(({ name }, index) => ({
      id: `metric-${String(index + 1).padStart(2, '0')}-${name.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 60)}`,
      shape: ownPlot(name, findMetric(name)),
    }))
}

/** One of the main plots of a run, 1,200 × 800, as SVG. */
export function runPlotSvg(plot: PlotShape, plotted: PlottedRun): string {
  return plotSvg(plotOption(plot, plotted), size)
}

function plotOption(plot: PlotShape, { db, run, theme }: PlottedRun): PlotOption {
  const view: PlotView = {
    theme,
    xLabel: plot.kind === 'histogram' ? plot.xLabel : axisLabels.step,
    logScale: false,
    smoothing: 0,
    scale: 1.3,
    picture: {
      width: size.width,
      stamps: [{ name: plainLine(run.name), proof: `${run.runId} · config ${run.configHash}` }],
    },
  }
  if (plot.kind === 'line') return linePlotOption(plot, linesOf(plot, db, run.runId), view)
  const bins =
    run.vStarId === null
      ? []
      : vStarHistogram(db, { vStarId: run.vStarId, turn: 'attempt', bins: histogramBins }).bins
  return histogramOption(plot, bins, view)
}

function linesOf(plot: PlotShape, db: Database, runId: string): PlotLine[] {
  return plot.series.flatMap(({ metric, label, colour, pattern = 'solid' }) => {
    const range = readRange(db, { runId, name: metric, axis: 'step', from: null, to: null, buckets })
    return range.total === 0 ? [] : [{ label, colour, pattern, points: rangePoints(range, 'step') }]
  })
}
