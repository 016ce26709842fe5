import { useMemo, type JSX } from 'react'
import type { PlotLine, PlotBin } from '../../../shared/plots/plotData.ts'
import {
  histogramOption,
  linePlotOption,
  type PlotOption,
  type PlotShape,
  type PlotView,
} from '../../../shared/plots/plotOption.ts'
import { saveCsv, savePng, saveSvg } from '../charts/savePictures.ts'
import { usePlotTheme } from '../hooks/usePlotTheme.ts'
import type { XRange } from '../state/plotLines.ts'
import { fileName, pictureView, screenView, withXRange, type PlotSettings } from '../state/plotSettings.ts'
import { ExportMenu, type Exports } from './ExportMenu.tsx'
import { PlotCard } from './PlotCard.tsx'

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
}

export interface BoardFiles {
  /** Part of the files' names. */
  readonly name: string
  /** Run name and config hash, written into every picture. */
  readonly stamp: string
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
}

/** Plots side by side with one cursor and one stretch of x. */
export function PlotBoard({ plots, settings, range, onRange, files, group }: PlotBoardProps): JSX.Element {
  const theme = usePlotTheme()
  const view = useMemo(() => screenView(settings, theme), [settings, theme])
  return (
    <div className="plot-grid">
      {plots.map((plot) => {
        const isHistogram = plot.shape.kind === 'histogram'
        const isEmpty = isHistogram ? plot.bins.length === 0 : plot.lines.length === 0
        return (
          <PlotCard
            key={plot.id}
            title={plot.shape.title}
            note={plot.shape.note}
            option={boardOption(plot, view, range)}
            emptyText={isEmpty ? plot.emptyText : null}
            footText={plot.footText}
            group={hasOwnX(plot) ? null : group}
            exports={boardExports([plot], { view, range, files, part: plot.id })}
            onRange={hasOwnX(plot) ? ignore : onRange}
          />
        )
      })}
    </div>
  )
}

/** The export menu of all plots as one picture. */
export function BoardExport(props: Omit<PlotBoardProps, 'onRange' | 'group'>): JSX.Element {
  const theme = usePlotTheme()
  const view = screenView(props.settings, theme)
  return (
    <ExportMenu
      label="Export all plots as one picture"
      exports={boardExports(props.plots, { view, range: props.range, files: props.files, part: 'plots' })}
    />
  )
}

const ignore = (): void => undefined

function hasOwnX(plot: BoardPlot): boolean {
  return plot.hasOwnX === true || plot.shape.kind === 'histogram'
}

function boardOption(plot: BoardPlot, view: PlotView, range: XRange | null): PlotOption {
  if (plot.shape.kind === 'histogram') return histogramOption(plot.shape, plot.bins, view)
  if (plot.hasOwnX === true) {
    const own = { ...view, xLabel: plot.shape.xLabel, smoothing: 0 }
    return linePlotOption(plot.shape, plot.lines, own)
  }
  return withXRange(linePlotOption(plot.shape, plot.lines, view), range)
}

interface ExportPlace {
  readonly view: PlotView
  readonly range: XRange | null
  readonly files: BoardFiles
  readonly part: string
}

function boardExports(plots: readonly BoardPlot[], { view, range, files, part }: ExportPlace): Exports {
  const options = (): PlotOption[] =>
    plots.map((plot) => boardOption(plot, pictureView(view, files.stamp), range))
  const named = (ending: string): string => fileName(files.name, part, ending)
  return {
    png: (pixelRatio) => savePng(options(), pixelRatio, named('png')),
    svg: () => Promise.resolve().then(() => saveSvg(options(), named('svg'))),
    csv: async () => saveCsv(await files.readCsv(), fileName(files.name, 'metrics', 'csv')),
  }
}
