import { pictureSize, type Stamp } from '../../../shared/plots/pictureFrame.ts'
import { axisLabels, shownLines, type PlotLine } from '../../../shared/plots/plotData.ts'
import type { PlotOption, PlotView } from '../../../shared/plots/plotOption.ts'
import type { PlotTheme } from '../../../shared/plots/plotTheme.ts'
import type { MetricAxis } from '../../../shared/routes/metrics.ts'
import type { XRange } from './plotLines.ts'

/** What the toolbar above the plots sets, for all of them; kept per browser. */
export interface PlotSettings {
  readonly axis: MetricAxis
  readonly logScale: boolean
  readonly logX: boolean
  /** 0 = off. */
  readonly smoothing: number
  /** y of plots of shares: as far as what is drawn reaches, or 0 to 1 in all of them. */
  readonly shares: 'fitted' | 'whole'
  /** The same y in all plots that stand side by side. */
  readonly sameY: boolean
}

export const firstSettings: PlotSettings = {
  axis: 'step',
  logScale: false,
  logX: false,
  smoothing: 0,
  shares: 'fitted',
  sameY: true,
}

/** What was stored, field by field; a field that cannot be read falls back. */
export function parseSettings(stored: unknown): PlotSettings | null {
  if (typeof stored !== 'object' || stored === null) return null
  const { axis, logScale, logX, smoothing, shares, sameY } = stored as Partial<
    Record<keyof PlotSettings, unknown>
  >
  return {
    axis: typeof axis === 'string' && axis in axisLabels ? (axis as MetricAxis) : firstSettings.axis,
    logScale: logScale === true,
    logX: logX === true,
    smoothing: typeof smoothing === 'number' && smoothing >= 0 && smoothing < 1 ? smoothing : 0,
    shares: shares === 'whole' ? 'whole' : 'fitted',
    sameY: sameY !== false,
  }
}

/** Whether log y was asked for and these lines refuse it: something of them is 0 or less. */
export function refusesLog(settings: PlotSettings, lines: readonly PlotLine[]): boolean {
  return (
    settings.logScale && shownLines(lines).some((line) => line.points.some(([, y]) => y !== null && y <= 0))
  )
}

/** Whether a logarithmic x leaves points of these lines out: those at 0. */
export function leavesOut(settings: PlotSettings, lines: readonly PlotLine[]): boolean {
  return settings.logX && shownLines(lines).some((line) => line.points.some(([x]) => x <= 0))
}

/** How a plot is drawn on the page, `scale` times as large as usual. */
export function screenView(settings: PlotSettings, theme: PlotTheme, scale: number): PlotView {
  const { axis, logScale, logX, smoothing } = settings
  return { theme, xLabel: axisLabels[axis], logScale, logX, smoothing, scale, picture: null }
}

/** How it is drawn as a picture: larger type, title, stamps. */
export function pictureView(view: PlotView, stamps: readonly Stamp[]): PlotView {
  return { ...view, scale: 1.5, picture: { width: pictureSize.width, stamps } }
}

/** The option with the ends of its x axis set, so that all plots show the same stretch of the run. */
export function withXRange(option: PlotOption, range: XRange | null): PlotOption {
  if (range === null || range.to <= range.from) return option
  const xAxis = option.xAxis as { readonly type?: string }
  // 0 has no place on a logarithmic axis: it begins with the first point
  const min = xAxis.type === 'log' && range.from <= 0 ? {} : { min: range.from }
  return { ...option, xAxis: { ...xAxis, ...min, max: range.to } }
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
