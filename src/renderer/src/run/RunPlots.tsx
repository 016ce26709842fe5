import { useMemo, type JSX, type ReactNode } from 'react'
import type { Run } from '../../../shared/runs/records.ts'
import type { VStarHistogram } from '../../../shared/routes/vStar.ts'
import { useApi } from '../data/apiContext.ts'
import { usePlotFrame } from '../plots/usePlotFrame.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import { unreadText, useSeries } from '../plots/useSeries.ts'
import { useZoomKeys } from '../plots/chart/useZoomKeys.ts'
import { formatCount, formatShare } from '../../../shared/text/format.ts'
import { withHiddenLines } from '../plots/hiddenLines.ts'
import { machinePlots } from './machinePlots.ts'
import { morePlots, type NamedPlot } from '../plots/morePlots.ts'
import { ownPlots } from '../plots/ownPlots.ts'
import { plotLines, shownPoints, shownText, wholeRange } from '../plots/plotLines.ts'
import { runEnds } from '../plots/runEnds.ts'
import { BoardExport, PlotBoard, type BoardFiles, type BoardPlot } from '../plots/PlotBoard.tsx'
import { PlotToolbar } from '../plots/PlotToolbar.tsx'
import { Loading } from '../widgets/Loading.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import styles from './RunPlots.module.css'

export interface RunPlotsProps {
  readonly run: Run
  readonly named: readonly NamedPlot[]
  /** Plots of the machine after the run's own. */
  readonly more?: readonly BoardPlot[]
  /** Further tools above the plots. */
  readonly children?: ReactNode
}

/** Plots of one run, live: the main ones, or those of the second tab. */
export function RunPlots({ run, named, more = [], children }: RunPlotsProps): JSX.Element {
  const { settings, range, setRange, hidden, onHidden, toolbar } = usePlotFrame()
  const names = useMemo(() => metricNames(named), [named])
  const { series, problem } = useSeries({ runIds: [run.runId], names, axis: settings.axis, range })
  const histogram = useRouteQuery(
    'vStar.histogram',
    { vStarId: run.vStarId ?? '' },
    { enabled: run.vStarId !== null && named.some(({ shape }) => shape.kind === 'histogram') },
  ).data
  const noLine = series[0] === null ? unreadText : noPoints(run)
  const noBins = run.vStarId !== null && histogram === undefined ? unreadText : noVStar
  const plots = named.map((plot): BoardPlot => {
    const answered = series[0] ?? []
    const base = { ...plot, lines: plotLines(plot.shape.series, answered), bins: [] }
    return plot.shape.kind === 'histogram'
      ? { ...base, bins: histogram?.bins ?? [], emptyText: noBins, footText: histogramText(histogram) }
      : { ...base, emptyText: noLine, footText: shownText(shownPoints(plot.shape.series, answered)) }
  })
  const drawn = wholeRange(plots.flatMap((plot) => (plot.shape.kind === 'line' ? plot.lines : [])))
  const tools = toolbar(drawn, runEnds([run], settings.axis))
  useZoomKeys(tools.onZoom, tools.onReset)
  const shown = withHiddenLines([...plots, ...more], hidden)
  const board = { plots: shown, settings, range: range ?? drawn, files: useFiles(run) }
  return (
    <Panel problem={problem}>
      <PlotToolbar {...tools}>
        {children}
        <BoardExport {...board} />
      </PlotToolbar>
      <PlotBoard {...board} onRange={setRange} onHidden={onHidden} group={`run ${run.runId}`} />
    </Panel>
  )
}

const machineEveryMs = 5000
/** Buckets of the whole run: more than a card is wide. */
const machineBuckets = 600

/** The second tab: further metrics, and what the machine did while the run was at work. */
export function MorePlots({ run }: { readonly run: Run }): JSX.Element {
  const { runId } = run
  // the readings of a run that was paused early come a little later
  const isLive = run.status === 'running' || run.status === 'paused'
  const { data = null } = useRouteQuery(
    'machine.read',
    { runId, buckets: machineBuckets },
    isLive ? { everyMs: machineEveryMs } : {},
  )
  return <RunPlots run={run} named={morePlots} more={machinePlots(data)} />
}

/** An imported run: a plot for each of its metrics. */
export function ImportedPlots({ run }: { readonly run: Run }): JSX.Element {
  const names = useRouteQuery('metrics.names', { runId: run.runId })
  const { plots, left } = useMemo(() => ownPlots(names.data ?? []), [names.data])
  if (names.data === undefined)
    return names.error === null ? (
      <Loading what="Reading the metrics…" />
    ) : (
      <ProblemNote problem={names.error} />
    )
  return (
    <>
      <RunPlots run={run} named={plots} />
      {left > 0 && (
        <p className="muted fine-print">
          {`${formatCount(left)} further metrics have no plot here; “recheck export” writes their points.`}
        </p>
      )}
    </>
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
    <div className={styles.plots}>
      <ProblemNote problem={problem} />
      {children}
    </div>
  )
}

const noVStar = 'V* of the training problems appears here as stage 1 estimates it.'

function noPoints(run: Run): string {
  if (run.stage === 'imported')
    return 'The other tool logged nothing of this name; its metrics stand under Plots.'
  if (run.stage === 'warm-up') return 'A warm-up rewards nothing; this curve belongs to stage 2.'
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

function useFiles(run: Run): BoardFiles {
  const api = useApi()
  return {
    name: run.name,
    stamps: [{ name: run.name, proof: `config ${run.configHash.slice(0, 12)}` }],
    readCsv: async () => (await api.request('metrics.csv', { runId: run.runId })).csv,
  }
}
