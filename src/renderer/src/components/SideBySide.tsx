import { Select } from '@mantine/core'
import { useState, type JSX } from 'react'
import { useCompareFiles } from '../hooks/useCompareFiles.ts'
import { useManyReads } from '../hooks/useManyReads.ts'
import { useSeries } from '../hooks/useSeries.ts'
import { sixPlots } from '../state/morePlots.ts'
import { plotLines, shownPoints, shownText, wholeRange, type XRange } from '../state/plotLines.ts'
import { firstSettings, sharedYRange, type PlotSettings } from '../state/plotSettings.ts'
import type { ComparedProps } from './ComparedPlots.tsx'
import { PlotBoard, type BoardPlot } from './PlotBoard.tsx'
import { PlotToolbar } from './PlotToolbar.tsx'
import { ProblemNote } from './ProblemNote.tsx'

/** One of the six plots with all its lines, once for each run, on the same axes. */
export function SideBySide({ runs, labels }: ComparedProps): JSX.Element {
  const [plotId, setPlotId] = useState<string>('policy-rewards')
  const [settings, setSettings] = useState<PlotSettings>(firstSettings)
  const [range, setRange] = useState<XRange | null>(null)
  const plot = sixPlots.find((each) => each.id === plotId) ?? sixPlots[0]
  const series = plot?.shape.series ?? []
  const names = series.map(({ metric }) => metric)
  const { ranges, problem } = useSeries({
    runIds: runs.map((run) => run.runId),
    names,
    axis: settings.axis,
    range,
  })
  const isHistogram = plot?.shape.kind === 'histogram'
  const histograms = useManyReads(
    'vStar.histogram',
    runs.map(({ vStarId }) => (vStarId === null || !isHistogram ? null : { vStarId })),
  )
  const lines = runs.map((_, index) => plotLines(series, ranges[index] ?? [], settings.axis))
  const whole = wholeRange(lines.flat())
  const yRange = plot?.shape.yRange ?? sharedYRange(lines.flat())
  const plots = runs.flatMap((run, index): BoardPlot[] => {
    if (plot === undefined) return []
    const shape = { ...plot.shape, title: labels[index] ?? run.name, note: plot.shape.title, yRange }
    const answered = ranges[index] ?? []
    const bins = histograms[index]?.bins ?? []
    const footText = isHistogram ? '' : shownText(shownPoints(series, answered))
    return [
      { id: run.runId, shape, lines: lines[index] ?? [], bins, emptyText: 'Nothing measured.', footText },
    ]
  })
  const zoom = (factor: number): void => {
    if (whole === null) return
    const middle = (whole.from + whole.to) / 2
    setRange(factor > 1 ? null : { from: (whole.from + middle) / 2, to: (whole.to + middle) / 2 })
  }
  const files = useCompareFiles(runs)
  return (
    <>
      <ProblemNote problem={problem} />
      <PlotToolbar
        settings={settings}
        onSettings={(next) => {
          if (next.axis !== settings.axis) setRange(null)
          setSettings(next)
        }}
        isZoomed={range !== null}
        onZoom={zoom}
        onReset={() => setRange(null)}
      >
        <Select
          aria-label="Plot"
          data={sixPlots.map(({ id, shape }) => ({ value: id, label: shape.title }))}
          value={plotId}
          allowDeselect={false}
          onChange={(next) => setPlotId(next ?? 'policy-rewards')}
        />
      </PlotToolbar>
      <PlotBoard
        {...{ plots, settings, files }}
        range={range ?? whole}
        onRange={setRange}
        group="side by side"
      />
    </>
  )
}
