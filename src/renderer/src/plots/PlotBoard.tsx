import { useMemo, useState, type JSX } from 'react'
import { findMetric } from '../../../shared/metrics/metrics.ts'
import { Listeners } from '../../../shared/listeners.ts'
import type { Stamp } from '../../../shared/plots/pictureFrame.ts'
import type { PlotLine, PlotBin } from '../../../shared/plots/plotData.ts'
import {
  histogramOption,
  linePlotOption,
  type PlotOption,
  type PlotShape,
  type PlotView,
} from '../../../shared/plots/plotOption.ts'
import { mostTold } from './pointer/toldLines.ts'
import type { CursorMove } from './pointer/linkedCursor.ts'
import { saveCsv, savePng, saveSvg } from './export/savePictures.ts'
import { usePageScale } from '../widgets/hooks/usePageScale.ts'
import { usePlotTheme } from './chart/usePlotTheme.ts'
import type { XRange } from './plotLines.ts'
import {
  fileName,
  leavesOut,
  pictureView,
  refusesLog,
  screenView,
  withXRange,
  type PlotSettings,
} from './plotSettings.ts'
import { binsCsv, linesCsv, stampText } from './export/plotCsv.ts'
import { fittedEnds, isOfShares, withYEnds, type YEnds } from './yEnds.ts'
import { ExportMenu, type Exports } from './export/ExportMenu.tsx'
import { PlotCard } from './PlotCard.tsx'
import styles from './PlotBoard.module.css'

/** A plot with what it shows now. */
export interface BoardPlot {
  readonly id: string
  readonly shape: PlotShape
  readonly lines: readonly PlotLine[]
  /** Of a histogram. */
  readonly bins: readonly PlotBin[]
  readonly emptyText: string
  readonly footText: string
  /** Lines over something else than the run's course: neither its cursor nor its stretch of x. */
  readonly hasOwnX?: boolean
  /** Ends of y that several plots share; absent = the plot's own. */
  readonly yEnds?: YEnds | null
  /** Of the one run that it shows; absent = the board's. */
  readonly stamps?: readonly Stamp[]
}

export interface BoardFiles {
  /** Part of the files' names. */
  readonly name: string
  /** Whose numbers they are, written into every picture. */
  readonly stamps: readonly Stamp[]
  readonly readCsv: () => Promise<string>
}

export interface PlotBoardProps {
  readonly plots: readonly BoardPlot[]
  readonly settings: PlotSettings
  /** The stretch of x that is shown; null = to the ends of the data. */
  readonly range: XRange | null
  readonly onRange: (range: XRange | null) => void
  readonly files: BoardFiles
  readonly group: string
  /** Colours in place of the theme's own. */
  readonly palette?: readonly string[] | null
  /** The legend stands above all plots: they leave theirs out on the page, not in pictures. */
  readonly hasSharedLegend?: boolean
  /** Said of the line under the pointer, by its label. */
  readonly lineTexts?: ReadonlyMap<string, string>
  /** Told which lines a plot's legend has switched off. */
  readonly onHidden?: (plotId: string, labels: ReadonlySet<string>) => void
}

/** Plots side by side with one cursor and one stretch of x. */
export function PlotBoard(props: PlotBoardProps): JSX.Element {
  const { plots, settings, range, onRange, files, group, lineTexts, onHidden } = props
  const view = useView(props)
  const [cursor] = useState(() => new Listeners<CursorMove>())
  const isCrowded = plots.some(({ lines }) => lines.length > mostTold)
  return (
    <div className={styles.grid}>
      {plots.map((plot) => {
        const isHistogram = plot.shape.kind === 'histogram'
        const isEmpty = isHistogram ? plot.bins.length === 0 : plot.lines.length === 0
        return (
          <PlotCard
            key={plot.id}
            title={plot.shape.title}
            note={plot.shape.note}
            meanings={meaningsOf(plot.shape)}
            option={shownOption(boardOption(plot, { view, settings, range }), view, props)}
            lines={plot.lines}
            {...(lineTexts === undefined ? {} : { lineTexts })}
            {...(onHidden === undefined
              ? {}
              : { onHidden: (labels: ReadonlySet<string>) => onHidden(plot.id, labels) })}
            emptyText={isEmpty ? plot.emptyText : null}
            footText={footOf(plot, settings)}
            group={hasOwnX(plot) ? null : group}
            {...(isCrowded ? { cursor } : {})}
            exports={boardExports([plot], { view, settings, range, files, part: plot.id })}
            onRange={hasOwnX(plot) ? ignore : onRange}
          />
        )
      })}
    </div>
  )
}

/** The export menu of all plots as one picture. */
export function BoardExport(props: Omit<PlotBoardProps, 'onRange' | 'onHidden' | 'group'>): JSX.Element {
  const { settings, range, files } = props
  const view = useView(props)
  return (
    <ExportMenu
      label="Export all plots as one picture"
      exports={boardExports(props.plots, { view, settings, range, files, part: 'plots' })}
    />
  )
}

function useView({ settings, palette = null }: Pick<PlotBoardProps, 'settings' | 'palette'>): PlotView {
  const theme = usePlotTheme()
  const scale = usePageScale()
  return useMemo(
    () => screenView(settings, palette === null ? theme : { ...theme, palette }, scale),
    [settings, theme, palette, scale],
  )
}

function meaningsOf({ series }: PlotShape): string[] {
  return series.flatMap(({ metric, label }) => {
    const found = findMetric(metric)
    if (found === null) return []
    return [`${label}: ${found.meaning}${found.denominator === null ? '' : ` (of ${found.denominator})`}`]
  })
}

/** Says where log y was asked for and cannot be, and what log x leaves out. */
function footOf(plot: BoardPlot, settings: PlotSettings): string {
  const { lines, footText } = plot
  const notes = [
    refusesLog(settings, lines) ? 'y is linear: not all values are positive · ' : '',
    !hasOwnX(plot) && leavesOut(settings, lines) ? 'without x = 0, which log x has no place for · ' : '',
  ]
  return notes.join('') + footText
}

function shownOption(
  option: PlotOption,
  { scale }: PlotView,
  { hasSharedLegend = false }: PlotBoardProps,
): PlotOption {
  if (!hasSharedLegend) return option
  return {
    ...option,
    legend: { ...(option.legend as object), show: false },
    grid: { ...(option.grid as object), top: 16 * scale },
  }
}

const ignore = (): void => undefined

function hasOwnX(plot: BoardPlot): boolean {
  return plot.hasOwnX === true || plot.shape.kind === 'histogram'
}

type Drawn = Pick<ExportContext, 'view' | 'settings' | 'range'>

function boardOption(plot: BoardPlot, { view, settings, range }: Drawn): PlotOption {
  if (plot.shape.kind === 'histogram') return histogramOption(plot.shape, plot.bins, view)
  if (plot.hasOwnX === true) {
    const own = { ...view, xLabel: plot.shape.xLabel, smoothing: 0, logX: false }
    return linePlotOption(plot.shape, plot.lines, own)
  }
  const isFitted = isOfShares(plot.shape) && settings.shares === 'fitted'
  const ends = plot.yEnds ?? (isFitted ? fittedEnds(plot.shape, plot.lines) : null)
  return withYEnds(withXRange(linePlotOption(plot.shape, plot.lines, view), range), ends)
}

interface ExportContext {
  readonly view: PlotView
  readonly settings: PlotSettings
  readonly range: XRange | null
  readonly files: BoardFiles
  readonly part: string
}

function boardExports(plots: readonly BoardPlot[], { files, part, view, ...drawn }: ExportContext): Exports {
  const options = (): PlotOption[] =>
    plots.map((plot) => boardOption(plot, { ...drawn, view: pictureView(view, plot.stamps ?? files.stamps) }))
  const named = (ending: string): string => fileName(files.name, part, ending)
  const own = plots.length === 1 ? plots.find(hasOwnX) : undefined
  return {
    png: (pixelRatio) => savePng(options(), pixelRatio, named('png')),
    svg: () => Promise.resolve().then(() => saveSvg(options(), named('svg'))),
    hasOwnCsv: own !== undefined,
    csv: async () => {
      if (own !== undefined) saveCsv(ownCsv(own, stampText(own.stamps ?? files.stamps)), named('csv'))
      else saveCsv(await files.readCsv(), fileName(files.name, 'metrics', 'csv'))
    },
  }
}

function ownCsv({ shape, bins, lines }: BoardPlot, stamp: string): string {
  return shape.kind === 'histogram' ? binsCsv(stamp, bins) : linesCsv(stamp, lines)
}
