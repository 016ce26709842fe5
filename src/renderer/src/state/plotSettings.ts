import { axisLabels, type PlotLine } from '../../../shared/plots/plotData.ts'
import type { PlotOption, PlotView } from '../../../shared/plots/plotOption.ts'
import type { PlotTheme } from '../../../shared/plots/plotTheme.ts'
import type { MetricAxis } from '../../../shared/routes.ts'
import type { XRange } from './plotLines.ts'

/** What the toolbar above the plots sets, for all of them. */
export interface PlotSettings {
  readonly axis: MetricAxis
  readonly logScale: boolean
  /** 0 = off. */
  readonly smoothing: number
}

export const firstSettings: PlotSettings = { axis: 'step', logScale: false, smoothing: 0 }

/** How a plot is drawn on the page. */
export function screenView(settings: PlotSettings, theme: PlotTheme): PlotView {
  const { axis, logScale, smoothing } = settings
  return { theme, xLabel: axisLabels[axis], logScale, smoothing, scale: 1, stamp: null, withTitle: false }
}

/** How it is drawn as a picture: larger type, title, stamp. */
export function pictureView(view: PlotView, stamp: string): PlotView {
  return { ...view, scale: 1.5, stamp, withTitle: true }
}

/** The option with the ends of its x axis set, so that all plots show the same stretch of the run. */
export function withXRange(option: PlotOption, range: XRange | null): PlotOption {
  if (range === null || range.to <= range.from) return option
  return { ...option, xAxis: { ...(option.xAxis as object), min: range.from, max: range.to } }
}

/** A file name of the run's name: letters, digits, dot, dash and underscore only. */
export function fileName(name: string, part: string, ending: string): string {
  const safe = name
    .normalize('NFKD')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80)
  return `${safe === '' ? 'run' : safe}-${part}.${ending}`
}

/** From the least to the greatest y of all lines, so that plots side by side can be compared; null without points. */
export function sharedYRange(lines: readonly PlotLine[]): readonly [number, number] | null {
  const ys = lines.flatMap((line) => line.points.map(([, y]) => y))
  if (ys.length === 0) return null
  const low = ys.reduce((least, y) => Math.min(least, y))
  const high = ys.reduce((most, y) => Math.max(most, y))
  return low === high ? null : [low, high]
}
