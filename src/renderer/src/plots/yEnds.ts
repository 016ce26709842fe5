import { drawnPoints, shownLines, type PlotLine } from '../../../shared/plots/plotData.ts'
import type { PlotOption, PlotShape } from '../../../shared/plots/plotOption.ts'

/** Ends of a y axis, and how far its labels are apart: both ends are labelled. */
export interface YEnds {
  readonly min: number
  readonly max: number
  readonly interval: number
}

/** Least height of a plot of shares, so that noise does not look like a trend. */
const leastShareSpan = 0.1

/** About this many labels. */
const labels = 5

export function isOfShares(shape: PlotShape): boolean {
  return shape.yRange !== null && shape.yRange[0] === 0 && shape.yRange[1] === 1
}

/**
 * Round ends around all points of the lines that are shown and the plot's own marked lines; null without
 * points.
 */
export function fittedEnds(shape: PlotShape, lines: readonly PlotLine[]): YEnds | null {
  const [first, ...rest] = shownLines(lines).flatMap((line) => drawnPoints(line.points).map(([, y]) => y))
  if (first === undefined) return null
  // one by one: a spread of 100,000 points is more than a call takes
  const marked = shape.lines.filter(({ hidden }) => hidden !== true).map(({ value }) => value)
  const low = [...marked].concat(rest).reduce((least, y) => Math.min(least, y), first)
  const high = [...marked].concat(rest).reduce((most, y) => Math.max(most, y), first)
  if (!isOfShares(shape)) return low === high ? null : roundEnds(low, high)
  const missing = Math.max(0, leastShareSpan - (high - low))
  const bottom = Math.min(Math.max(0, low - missing / 2), 1 - leastShareSpan)
  const ends = roundEnds(bottom, Math.min(1, Math.max(high + missing / 2, bottom + leastShareSpan)))
  return { ...ends, min: Math.max(0, ends.min), max: Math.min(1, ends.max) }
}

/** The nearest multiples of 1, 2 or 5 times a power of ten that enclose the range. */
function roundEnds(low: number, high: number): YEnds {
  const rough = (high - low) / labels
  const power = 10 ** Math.floor(Math.log10(rough))
  const interval = power * (rough / power > 5 ? 10 : rough / power > 2 ? 5 : rough / power > 1 ? 2 : 1)
  const clean = (value: number): number => Number(value.toPrecision(12))
  // a point that lies on an end within rounding does not need another step
  const slack = 1e-9
  return {
    min: clean(Math.floor(low / interval + slack) * interval),
    max: clean(Math.ceil(high / interval - slack) * interval),
    interval: clean(interval),
  }
}

/** The option with these ends; a logarithmic axis keeps its own. */
export function withYEnds(option: PlotOption, ends: YEnds | null): PlotOption {
  const yAxis = option.yAxis as { readonly type?: string }
  if (ends === null || yAxis.type !== 'value') return option
  return { ...option, yAxis: { ...yAxis, scale: true, ...ends } }
}
