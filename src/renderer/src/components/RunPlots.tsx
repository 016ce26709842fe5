import { useMemo, useState, type JSX, type ReactNode } from 'react'
import type { Run } from '../../../shared/records.ts'
import type { MetricAxis, VStarHistogram } from '../../../shared/routes.ts'
import { useApi } from '../hooks/apiContext.ts'
import { useRead } from '../hooks/useRoute.ts'
import { useSeries } from '../hooks/useSeries.ts'
import { useZoomKeys } from '../hooks/useZoomKeys.ts'
import { formatCount, formatShare } from '../state/format.ts'
import type { NamedPlot } from '../state/morePlots.ts'
import { plotLines, shownPoints, shownText, wholeRange, zoomed, type XRange } from '../state/plotLines.ts'
import { firstSettings, type PlotSettings } from '../state/plotSettings.ts'
import { BoardExport, PlotBoard, type BoardFiles, type BoardPlot } from './PlotBoard.tsx'
import { PlotToolbar } from './PlotToolbar.tsx'
import { ProblemNote } from './ProblemNote.tsx'

/** Plots of one run, live: the six, or those of the second tab. */
export function RunPlots({
  run,
  named,
}: {
  readonly run: Run
  readonly named: readonly NamedPlot[]
}): JSX.Element {
  const [settings, setSettings] = useState<PlotSettings>(firstSettings)
  const [range, setRange] = useState<XRange | null>(null)
  const names = useMemo(() => metricNames(named), [named])
  const { ranges, problem } = useSeries({ runIds: [run.runId], names, axis: settings.axis, range })
  const histogram = useRead(
    'vStar.histogram',
    { vStarId: run.vStarId ?? '' },
    { enabled: run.vStarId !== null && named.some(({ shape }) => shape.kind === 'histogram') },
  ).data
  const plots = named.map((plot): BoardPlot => {
    const answered = ranges[0] ?? []
    const base = { ...plot, lines: plotLines(plot.shape.series, answered, settings.axis), bins: [] }
    return plot.shape.kind === 'histogram'
      ? { ...base, bins: histogram?.bins ?? [], emptyText: noVStar, footText: histogramText(histogram) }
      : { ...base, emptyText: noPoints(run), footText: shownText(shownPoints(plot.shape.series, answered)) }
  })
  const whole = wholeRange(plots.flatMap((plot) => (plot.shape.kind === 'line' ? plot.lines : [])))
  const zoom = (factor: number): void => {
    if (whole !== null) setRange(zoomed(range ?? whole, factor, runRange(run, settings.axis)))
  }
  useZoomKeys(zoom, () => setRange(null))
  const files = useFiles(run)
  const board = { plots, settings, range: range ?? whole, files }
  const changeSettings = (next: PlotSettings): void => {
    // a range of steps means nothing in minutes
    if (next.axis !== settings.axis) setRange(null)
    setSettings(next)
  }
  const toolbar = { settings, onSettings: changeSettings, isZoomed: range !== null, onZoom: zoom }
  return (
    <Panel problem={problem}>
      <PlotToolbar {...toolbar} onReset={() => setRange(null)}>
        <BoardExport {...board} />
      </PlotToolbar>
      <PlotBoard {...board} onRange={setRange} group={`run ${run.runId}`} />
    </Panel>
  )
}

function Panel({
  problem,
  children,
}: {
  readonly problem: unknown
  readonly children: ReactNode
}): JSX.Element {
  return (
    <div style={{ display: 'flex', flexDirection: 'column', gap: 10 }}>
      <ProblemNote problem={problem} />
      {children}
    </div>
  )
}

const noVStar = 'V* of the training problems appears here as stage 1 estimates it.'

function noPoints(run: Run): string {
  return run.stage === 'estimate-v-star'
    ? 'Stage 1 only samples the reference; this curve belongs to stage 2.'
    : 'Nothing measured yet.'
}

function histogramText(histogram: VStarHistogram | undefined): string {
  if (histogram === undefined || histogram.problems === 0) return 'no problems yet'
  return `${formatCount(histogram.problems)} problems, ${formatShare(histogram.withoutSignal)} of them without signal`
}

function metricNames(named: readonly NamedPlot[]): string[] {
  return [
    ...new Set(
      named.flatMap(({ shape }) => (shape.kind === 'line' ? shape.series.map((s) => s.metric) : [])),
    ),
  ]
}

/** How far the run has come, in the unit of the axis as drawn. */
function runRange(run: Run, axis: MetricAxis): XRange {
  const ends = {
    step: run.step,
    timeMs: run.activeMs / 60_000,
    tokens: run.tokensGenerated,
    problems: run.problemsSeen,
  }
  return { from: 0, to: ends[axis] }
}

function useFiles(run: Run): BoardFiles {
  const api = useApi()
  return {
    name: run.name,
    stamp: `${run.name} · config ${run.configHash.slice(0, 12)}`,
    readCsv: async () => (await api.request('metrics.csv', { runId: run.runId })).csv,
  }
}
