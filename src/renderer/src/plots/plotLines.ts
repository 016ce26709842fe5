import type { MetricAxis, MetricRange } from '../../../shared/routes/metrics.ts'
import { rangePoints, type PlotLine, type PlotPoint } from '../../../shared/plots/plotData.ts'
import type { ShownSeries } from '../../../shared/plots/plotOption.ts'
import { formatCount } from '../../../shared/text/format.ts'

/** What a page keeps of an answer about one metric: the points on the axis that is shown, and no more. */
export interface ReadSeries {
  readonly name: string
  /** Points that the range holds. */
  readonly total: number
  /** Those of them that were read, with gaps between. */
  readonly points: readonly PlotPoint[]
}

export function readSeries(range: MetricRange, axis: MetricAxis): ReadSeries {
  return { name: range.name, total: range.total, points: rangePoints(range, axis) }
}

/** The lines of one plot; a series without points is left out. */
export function plotLines(series: readonly ShownSeries[], read: readonly ReadSeries[]): PlotLine[] {
  return series.flatMap(({ metric, label, colour, pattern = 'solid' }) => {
    const found = read.find((each) => each.name === metric)
    if (found === undefined || found.total === 0) return []
    return [{ label, colour, pattern, points: found.points }]
  })
}

export interface ShownPoints {
  readonly shown: number
  readonly total: number
  /** Every line has as many; else these are the longest line's. */
  readonly isEven: boolean
}

/** How many points are drawn of how many that the range holds: those of the plot's longest line. */
export function shownPoints(series: readonly ShownSeries[], read: readonly ReadSeries[]): ShownPoints {
  const lines = read
    .filter(({ name, total }) => total > 0 && series.some((each) => each.metric === name))
    .map(({ points, total }) => ({ shown: points.filter(([, y]) => y !== null).length, total }))
  const longest = lines.reduce((most, each) => (each.total > most.total ? each : most), {
    shown: 0,
    total: 0,
  })
  return { ...longest, isEven: lines.every(({ total }) => total === longest.total) }
}

export function shownText({ shown, total, isEven }: ShownPoints): string {
  if (total === 0) return 'no points yet'
  const count = shown === total ? formatCount(total) : `${formatCount(shown)} of ${formatCount(total)}`
  return `${isEven ? '' : 'up to '}${count} ${total === 1 ? 'point' : 'points'} a line`
}

/** A range of x in the axis's own unit as drawn: steps, minutes, tokens or problems; null = the whole run. */
export interface XRange {
  readonly from: number
  readonly to: number
}

/** What `metrics.range` wants: time in ms. */
export function storedRange(
  range: XRange | null,
  axis: MetricAxis,
): { from: number | null; to: number | null } {
  if (range === null) return { from: null, to: null }
  const unit = axis === 'timeMs' ? 60_000 : 1
  return { from: range.from * unit, to: range.to * unit }
}

/** The range enlarged (factor > 1) or narrowed about its middle, kept within the whole. */
export function zoomed(range: XRange, factor: number, whole: XRange): XRange | null {
  const middle = (range.from + range.to) / 2
  const half = ((range.to - range.from) / 2) * factor
  const from = Math.max(whole.from, middle - half)
  const to = Math.min(whole.to, middle + half)
  return from <= whole.from && to >= whole.to ? null : { from, to }
}

/** The range, or null where it has nothing of the whole: of other runs, all of which ended before. */
export function rangeWithin(range: XRange | null, whole: XRange): XRange | null {
  return range === null || range.from >= whole.to || range.to <= whole.from ? null : range
}

/** From the first to the last x of all lines, or null without points. */
export function wholeRange(lines: readonly PlotLine[]): XRange | null {
  const ends = lines.flatMap((line) => {
    const first = line.points[0]
    const last = line.points.at(-1)
    return first === undefined || last === undefined ? [] : [first[0], last[0]]
  })
  return ends.length === 0 ? null : { from: Math.min(...ends), to: Math.max(...ends) }
}
