import { Select } from '@mantine/core'
import type { JSX } from 'react'
import { compareStamp, useCompareFiles } from './useFiles.ts'
import { useRouteQueries } from '../data/useRouteQueries.ts'
import { unreadText, useSeries } from '../plots/useSeries.ts'
import { useZoomKeys } from '../plots/chart/useZoomKeys.ts'
import { withHiddenLines } from '../plots/hiddenLines.ts'
import { mainPlots, type NamedPlot } from '../plots/morePlots.ts'
import { plotLines, rangeWithin, shownPoints, shownText, wholeRange } from '../plots/plotLines.ts'
import { fittedEnds, isOfShares, type YEnds } from '../plots/yEnds.ts'
import { runEnds } from '../plots/runEnds.ts'
import type { ChosenProps } from './ComparedPlots.tsx'
import { BoardExport, PlotBoard, type BoardPlot } from '../plots/PlotBoard.tsx'
import { PlotToolbar } from '../plots/PlotToolbar.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'

const choices = mainPlots.map(({ id, shape }) => ({ value: id, label: shape.title }))

/** One of the main plots with all its lines, once for each run, on the same axes. */
export function SideBySide(props: ChosenProps): JSX.Element | null {
  const { plotId, setPlotId } = props.choices
  const plot = mainPlots.find((each) => each.id === plotId)
  if (plot === undefined) return null
  return (
    <>
      <Select
        aria-label="Plot"
        w={220}
        data={choices}
        value={plotId}
        allowDeselect={false}
        onChange={(chosen) => setPlotId(chosen ?? plotId)}
      />
      <OnePlot key={plot.id} {...props} plot={plot} />
    </>
  )
}

function OnePlot(props: ChosenProps & { readonly plot: NamedPlot }): JSX.Element {
  const { runs, labels, plot, choices } = props
  const { settings, setRange, hidden, onHidden, toolbar, ...frame } = choices.frame
  const { series } = plot.shape
  const ends = runEnds(runs, settings.axis)
  const range = rangeWithin(frame.range, ends)
  const isHistogram = plot.shape.kind === 'histogram'
  const names = series.map(({ metric }) => metric)
  const runIds = runs.map((run) => run.runId)
  const { series: read, problem } = useSeries({ runIds, names, axis: settings.axis, range })
  const histograms = useRouteQueries(
    'vStar.histogram',
    runs.map(({ vStarId }) => (vStarId === null || !isHistogram ? null : { vStarId })),
  )
  const lines = runs.map((_, index) => plotLines(series, read[index] ?? []))
  const isWhole = isOfShares(plot.shape) && settings.shares === 'whole'
  const same: YEnds | null = settings.sameY && !isWhole ? fittedEnds(plot.shape, lines.flat()) : null
  const plots = runs.map((run, index): BoardPlot => ({
    id: run.runId,
    shape: { ...plot.shape, title: labels[index] ?? run.name, note: plot.shape.title },
    lines: lines[index] ?? [],
    yEnds: same,
    stamps: [compareStamp(run)],
    bins: histograms[index]?.bins ?? [],
    emptyText: read[index] === null ? unreadText : 'Nothing measured yet.',
    footText: isHistogram ? '' : shownText(shownPoints(series, read[index] ?? [])),
  }))
  const drawn = wholeRange(lines.flat())
  const shown = withHiddenLines(plots, hidden)
  const board = { plots: shown, settings, range: range ?? drawn, files: useCompareFiles(runs) }
  const tools = toolbar(drawn, ends)
  useZoomKeys(tools.onZoom, tools.onReset)
  return (
    <>
      <ProblemNote problem={problem} />
      <PlotToolbar {...tools} isSideBySide>
        <BoardExport {...board} />
      </PlotToolbar>
      <PlotBoard {...board} onRange={setRange} onHidden={onHidden} group="side by side" />
    </>
  )
}
