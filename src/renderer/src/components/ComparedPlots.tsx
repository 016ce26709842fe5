import type { JSX } from 'react'
import type { Run } from '../../../shared/records.ts'
import { useCompareFiles } from '../hooks/useCompareFiles.ts'
import { useManyReads } from '../hooks/useManyReads.ts'
import { usePlotFrame } from '../hooks/usePlotFrame.ts'
import { useSeries } from '../hooks/useSeries.ts'
import { comparedLines, comparedPlots, vStarLines } from '../state/compareRuns.ts'
import { wholeRange } from '../state/plotLines.ts'
import { runEnds } from '../state/runEnds.ts'
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
  const { settings, range, setRange, toolbar } = usePlotFrame()
  const { axis } = settings
  const { ranges, problem } = useSeries({ runIds: runs.map((run) => run.runId), names, axis, range })
  const histograms = useManyReads(
    'vStar.histogram',
    runs.map(({ vStarId }) => (vStarId === null ? null : { vStarId })),
  )
  const plots = comparedPlots.map((plot): BoardPlot => {
    const isVStar = plot.id === 'v-star'
    const lines = isVStar ? vStarLines(histograms, labels) : comparedLines(plot, ranges, { labels, axis })
    const footText = `${lines.length} of ${runs.length} runs`
    const emptyText = 'None of these runs has measured it yet.'
    return { ...plot, bins: [], lines, hasOwnX: isVStar, footText, emptyText }
  })
  const drawn = wholeRange(plots.flatMap((plot) => (plot.hasOwnX === true ? [] : plot.lines)))
  const board = { plots, settings, range: range ?? drawn, files: useCompareFiles(runs) }
  return (
    <>
      <ProblemNote problem={problem} />
      <PlotToolbar {...toolbar(drawn, runEnds(runs, axis))}>
        <BoardExport {...board} />
      </PlotToolbar>
      <PlotBoard {...board} onRange={setRange} group="compare" />
    </>
  )
}
