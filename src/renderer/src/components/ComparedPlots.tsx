import { useState, type JSX } from 'react'
import type { Run } from '../../../shared/records.ts'
import { useManyReads } from '../hooks/useManyReads.ts'
import { useSeries } from '../hooks/useSeries.ts'
import { useCompareFiles } from '../hooks/useCompareFiles.ts'
import { comparedLines, comparedPlots, vStarLines } from '../state/compareRuns.ts'
import { wholeRange, zoomed, type XRange } from '../state/plotLines.ts'
import { firstSettings, type PlotSettings } from '../state/plotSettings.ts'
import { BoardExport, PlotBoard, type BoardPlot } from './PlotBoard.tsx'
import { PlotToolbar } from './PlotToolbar.tsx'
import { ProblemNote } from './ProblemNote.tsx'

export interface ComparedProps {
  readonly runs: readonly Run[]
  readonly labels: readonly string[]
}

const names = comparedPlots.flatMap(({ shape }) => shape.series.map(({ metric }) => metric))

/** The six plots with one line a run. */
export function ComparedPlots({ runs, labels }: ComparedProps): JSX.Element {
  const [settings, setSettings] = useState<PlotSettings>(firstSettings)
  const [range, setRange] = useState<XRange | null>(null)
  const runIds = runs.map((run) => run.runId)
  const { ranges, problem } = useSeries({ runIds, names, axis: settings.axis, range })
  const histograms = useManyReads(
    'vStar.histogram',
    runs.map(({ vStarId }) => (vStarId === null ? null : { vStarId })),
  )
  const plots = comparedPlots.map((plot): BoardPlot => {
    const base = { ...plot, bins: [], emptyText: 'None of these runs has measured it yet.' }
    if (plot.id === 'v-star') {
      const lines = vStarLines(histograms, labels)
      return { ...base, lines, hasOwnX: true, footText: `${lines.length} of ${runs.length} runs` }
    }
    const lines = comparedLines(plot, ranges, { labels, axis: settings.axis })
    return { ...base, lines, footText: `${lines.length} of ${runs.length} runs` }
  })
  const whole = wholeRange(plots.flatMap((plot) => (plot.hasOwnX === true ? [] : plot.lines)))
  const zoom = (factor: number): void => {
    const widest = { from: 0, to: Number.MAX_VALUE }
    if (whole !== null) setRange(factor > 1 ? null : zoomed(range ?? whole, factor, widest))
  }
  const board = { plots, settings, range: range ?? whole, files: useCompareFiles(runs) }
  const changeSettings = (next: PlotSettings): void => {
    if (next.axis !== settings.axis) setRange(null)
    setSettings(next)
  }
  const toolbar = { settings, onSettings: changeSettings, isZoomed: range !== null, onZoom: zoom }
  return (
    <>
      <ProblemNote problem={problem} />
      <PlotToolbar {...toolbar} onReset={() => setRange(null)}>
        <BoardExport {...board} />
      </PlotToolbar>
      <PlotBoard {...board} onRange={setRange} group="compare" />
    </>
  )
}
