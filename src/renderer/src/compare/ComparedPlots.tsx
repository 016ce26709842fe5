import { Select } from '@mantine/core'
import { useMemo, type JSX } from 'react'
import type { Run } from '../../../shared/runs/records.ts'
import type { CompareChoices } from './useChoices.ts'
import { useCompareFiles } from './useFiles.ts'
import { useRouteQueries } from '../data/useRouteQueries.ts'
import { usePlotTheme } from '../plots/chart/usePlotTheme.ts'
import { unreadText, useSeries } from '../plots/useSeries.ts'
import { useZoomKeys } from '../plots/chart/useZoomKeys.ts'
import { differenceText, lookByField, lookByRun, type DifferingField } from './look.ts'
import { comparedLines, comparedPlots, vStarLines } from './compareRuns.ts'
import { mostOwnPlots } from '../../../shared/plots/ownPlot.ts'
import type { NamedPlot } from '../plots/morePlots.ts'
import { ownPlots } from '../plots/ownPlots.ts'
import { rangeWithin, wholeRange } from '../plots/plotLines.ts'
import { runEnds } from '../plots/runEnds.ts'
import { BoardExport, PlotBoard, type BoardPlot } from '../plots/PlotBoard.tsx'
import { PlotToolbar } from '../plots/PlotToolbar.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { RunLegend } from './RunLegend.tsx'
import type { RunPlaces } from './runPlaces.ts'
import styles from './ComparedPlots.module.css'

export interface ComparedProps {
  readonly runs: readonly Run[]
  readonly labels: readonly string[]
  /** Config fields in which the runs differ. */
  readonly fields: readonly DifferingField[]
}

export interface ChosenProps extends ComparedProps {
  readonly choices: CompareChoices
}

interface OverlaidProps extends ChosenProps {
  /** By the run's id: its colour and pattern among all there are. */
  readonly placeOf: RunPlaces
}

const mainNames = comparedPlots.flatMap(({ shape }) => shape.series.map(({ metric }) => metric))

/** The main plots, and behind them one for each metric that imported runs have of their own. */
function plotsOfRuns(runs: readonly Run[]): readonly NamedPlot[] {
  const imported = runs.filter(({ stage }) => stage === 'imported')
  const names = [...new Set(imported.flatMap(({ latest }) => Object.keys(latest)))].sort()
  const { plots } = ownPlots(names, new Set(mainNames))
  return comparedPlots.concat(plots.slice(0, mostOwnPlots - mainNames.length))
}

/** Fine enough that the steps of V* stand where its values are. */
const vStarBins = 200

/** The main plots with one line a run. */
export function ComparedPlots(props: OverlaidProps): JSX.Element {
  const { runs } = props
  const { settings, setRange, toolbar, ...frame } = props.choices.frame
  const { axis } = settings
  const named = useMemo(() => plotsOfRuns(runs), [runs])
  const names = named.flatMap(({ shape }) => shape.series.map(({ metric }) => metric))
  const ends = runEnds(runs, axis)
  const range = rangeWithin(frame.range, ends)
  const { series, problem } = useSeries({ runIds: runs.map((run) => run.runId), names, axis, range })
  const histograms = useRouteQueries(
    'vStar.histogram',
    runs.map(({ vStarId }) => (vStarId === null ? null : { vStarId, bins: vStarBins })),
  )
  const { shown, colourChoice, legend } = useLook(props)
  const files = useCompareFiles(runs, shown.runs)
  const known = series.map((each) => each ?? [])
  const isUnreadVStar = runs.some(({ vStarId }, run) => vStarId !== null && histograms[run] === null)
  const plots = named.map((plot): BoardPlot => {
    const isVStar = plot.id === 'v-star'
    const made = isVStar ? vStarLines(histograms, shown) : comparedLines(plot, known, shown)
    // in the order of the legend
    const lines = made.toSorted((a, b) => a.colour - b.colour)
    const footText = `${lines.length} of ${runs.length} runs`
    const isUnread = isVStar ? isUnreadVStar : series.includes(null)
    const emptyText = isUnread ? unreadText : 'None of these runs has measured it yet.'
    return { ...plot, bins: [], lines, hasOwnX: isVStar, footText, emptyText }
  })
  const drawn = wholeRange(plots.flatMap((plot) => (plot.hasOwnX === true ? [] : plot.lines)))
  const board = { plots, settings, range: range ?? drawn, files }
  const tools = toolbar(drawn, ends)
  useZoomKeys(tools.onZoom, tools.onReset)
  return (
    <>
      <ProblemNote problem={problem} />
      <PlotToolbar {...tools}>
        <BoardExport {...board} palette={shown.palette} />
      </PlotToolbar>
      <div className="form-tools">
        {colourChoice}
        {legend}
      </div>
      <PlotBoard
        {...board}
        palette={shown.palette}
        onRange={setRange}
        group="compare"
        hasSharedLegend
        lineTexts={shown.texts}
      />
    </>
  )
}

/** Names, colours and words of the runs, as chosen: a colour a run, or by one of the fields that differ. */
function useLook({ runs, labels, fields, placeOf, choices }: OverlaidProps) {
  const theme = usePlotTheme()
  const { colourBy, setColourBy, hiddenRuns: hidden, setHiddenRuns } = choices
  const field = fields.find((each) => each.path === colourBy)
  const look = useMemo(
    () =>
      field === undefined
        ? lookByRun(runs.map(({ runId }) => placeOf.get(runId) ?? 0))
        : lookByField(field, theme),
    [field, placeOf, runs, theme],
  )
  const named = labels.map((label, run) => {
    const addition = look.additions[run] ?? ''
    return addition === '' ? label : `${label} (${addition})`
  })
  const texts = runs.map((_, run) => differenceText(fields, run))
  const isHidden = (run: number): boolean => hidden.has(runs[run]?.runId ?? '')
  return {
    shown: {
      runs: runs.filter((_, run) => !isHidden(run)),
      labels: named.map((name, run) => (isHidden(run) ? null : name)),
      colours: look.colours,
      patterns: look.patterns,
      palette: look.palette,
      texts: new Map(named.map((name, run) => [name, `${labels[run] ?? ''}: ${texts[run] ?? ''}`])),
    },
    colourChoice: (
      <Select
        aria-label="Colour by"
        placeholder="A colour for each run"
        clearable
        disabled={fields.length === 0}
        w={300}
        className={styles.fixed}
        data={fields.map((each) => ({ value: each.path, label: colourLabel(each) }))}
        value={field?.path ?? null}
        title={field === undefined ? '' : colourLabel(field)}
        onChange={setColourBy}
      />
    ),
    legend: (
      <RunLegend
        runs={runs}
        labels={labels}
        texts={texts}
        look={look}
        hidden={hidden}
        onHidden={setHiddenRuns}
      />
    ),
  }
}

function colourLabel({ path }: DifferingField): string {
  return `Colour by ${path}`
}
