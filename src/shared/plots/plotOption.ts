import type { Plot, PlotSeries, PlotThreshold } from '../metrics/metrics.ts'
import { pageLegend, pageLegendRows, type LegendEntry, withPictureLabels } from './legend.ts'
import { pictureFrame, pictureSide, type Picture } from './pictureFrame.ts'
import { shownLines, smoothPoints, type PlotBin, type PlotLine, type PlotPoint } from './plotData.ts'
import type { PlotTheme } from './plotTheme.ts'
import { xEnds } from './xEnds.ts'

/** An ECharts option as plain data: no functions, so that it can be compared in tests and sent anywhere. */
export type PlotOption = Readonly<Record<string, unknown>>

/** A line of a plot: of any metric, also one that the registry does not know. */
export type ShownSeries = Omit<PlotSeries, 'metric'> & { readonly metric: string }

/** What a chart needs of a plot; the page's further plots have no `PlotId`. */
export type PlotShape = Omit<Plot, 'id' | 'series'> & { readonly series: readonly ShownSeries[] }

export interface PlotView {
  readonly theme: PlotTheme
  readonly xLabel: string
  /** Only honoured where every value is positive. */
  readonly logScale: boolean
  /** A logarithmic x; points at 0, such as the first step, have no place on it. */
  readonly logX?: boolean
  /** 0 = off; the raw line then stands faintly behind the smoothed one. */
  readonly smoothing: number
  /** 1 on a usual screen; larger on one of many pixels and for pictures. Scales type and lines. */
  readonly scale: number
  /** What an exported picture says beside the plot; null on screen, where the page says it. */
  readonly picture: Picture | null
}

/** The option of a plot with lines. */
export function linePlotOption(plot: PlotShape, given: readonly PlotLine[], view: PlotView): PlotOption {
  const all = view.logX === true ? given.map(withPositiveX) : given
  const shown = shownLines(all)
  const lines = view.picture === null ? all : pictureLines(shown, view.picture, view.scale)
  const thresholds = plot.lines.filter(({ hidden }) => view.picture === null || hidden !== true)
  const isLog = view.logScale && shown.every((line) => line.points.every(([, y]) => y === null || y > 0))
  return {
    ...frame(
      { ...plot, note: noteOf(plot, view, isLog) },
      [...lines, ...thresholds.map(thresholdEntry)],
      view,
    ),
    tooltip: tooltip(view),
    xAxis: {
      ...xAxis(view.xLabel, view, { showMaxLabel: true, alignMaxLabel: 'right' }),
      type: view.logX === true ? 'log' : 'value',
      ...(view.logX === true ? { min: 'dataMin', max: 'dataMax' } : xEnds(lines)),
      // few enough that the label of the last step has room in the narrowest card
      splitNumber: view.picture === null ? 3 : 5,
    },
    yAxis: {
      ...yAxis(plot.yLabel, view),
      type: isLog ? 'log' : 'value',
      scale: plot.yRange === null,
      ...(plot.yRange === null || isLog ? {} : { min: plot.yRange[0], max: plot.yRange[1] }),
    },
    series: [
      ...lines.flatMap((line) => bandSeries(line, view).concat(lineSeries(line, view))),
      ...thresholds.map((threshold) => thresholdSeries(threshold, view)),
    ],
  }
}

function withPositiveX(line: PlotLine): PlotLine {
  return { ...line, points: line.points.filter(([x]) => x > 0) }
}

function pictureLines(shown: readonly PlotLine[], picture: Picture, scale: number): readonly PlotLine[] {
  return withPictureLabels(shown, picture.width - 2 * pictureSide * scale, scale)
}

/** With what was done to the curves: a picture stands without the page's settings. */
function noteOf({ note }: PlotShape, { smoothing, logX = false }: PlotView, isLog: boolean): string {
  const weight = Math.round(smoothing * 100) / 100
  return [
    note,
    ...(smoothing > 0 ? [`smoothed ${weight} (raw faint behind)`] : []),
    ...(isLog ? ['y is logarithmic'] : []),
    ...(logX ? ['x is logarithmic'] : []),
  ].join(' · ')
}

/** The V* distribution: counts per bin, the two ends (no signal) in the alarm colour. */
export function histogramOption(plot: PlotShape, bins: readonly PlotBin[], view: PlotView): PlotOption {
  const { theme } = view
  const last = bins.length - 1
  return {
    ...frame(plot, [], view),
    tooltip: tooltip(view),
    xAxis: {
      // both ends stand for problems without signal
      ...xAxis(plot.xLabel, view, { showMinLabel: true, showMaxLabel: true }),
      type: 'category',
      data: bins.map((bin) => binLabel(bin)),
    },
    yAxis: {
      ...yAxis(plot.yLabel, view),
      type: 'value',
      minInterval: 1,
    },
    series: [
      {
        type: 'bar',
        name: plot.series[0]?.label ?? plot.title,
        barCategoryGap: '8%',
        data: bins.map((bin, index) => ({
          value: bin.count,
          itemStyle: { color: index === 0 || index === last ? theme.palette[5] : theme.palette[0] },
        })),
      },
    ],
  }
}

function frame(plot: PlotShape, lines: readonly LegendEntry[], view: PlotView): PlotOption {
  const { theme, scale } = view
  const { top, bottom, ...around } = surroundings(plot, lines, view)
  return {
    animation: false,
    backgroundColor: theme.background,
    color: theme.palette,
    textStyle: { fontFamily: theme.fontFamily, fontSize: 12 * scale, color: theme.text },
    aria: { enabled: true, label: { description: `${plot.title}. ${plot.note}` } },
    grid: { left: 72 * scale, right: 24 * scale, top, bottom },
    ...around,
  }
}

/** What stands above and below the plotted area, with the room that it takes. */
function surroundings(plot: PlotShape, lines: readonly LegendEntry[], view: PlotView) {
  const { picture, scale } = view
  if (picture !== null) return pictureFrame(plot, lines, { ...view, picture })
  return {
    legend: pageLegend(lines, view),
    top: (16 + 18 * pageLegendRows(lines)) * scale,
    bottom: 42 * scale,
  }
}

/** Rich text, never HTML: labels carry run names, which are the user's text. */
function tooltip(view: PlotView): PlotOption {
  return {
    trigger: 'axis',
    renderMode: 'richText',
    confine: true,
    backgroundColor: view.theme.background,
    borderColor: view.theme.axisLine,
    // a blur is most of what a frame takes that a processor paints
    shadowBlur: 0,
    textStyle: { color: view.theme.text, fontSize: 12 * view.scale },
  }
}

/** Of labels that come too near to one another, those that must be shown stay. */
function xAxis(name: string, view: PlotView, mustShow: PlotOption): PlotOption {
  const common = axis(view)
  return {
    ...common,
    name,
    nameLocation: 'middle',
    nameGap: (view.picture === null ? 25 : 28) * view.scale,
    axisLabel: {
      ...(common.axisLabel as object),
      textMargin: [0, 6 * view.scale],
      ...mustShow,
    },
  }
}

function yAxis(name: string, view: PlotView): PlotOption {
  return { ...axis(view), name, nameLocation: 'middle', nameRotate: 90, nameGap: 48 * view.scale }
}

function axis(view: PlotView): PlotOption {
  const { theme, scale } = view
  return {
    axisLine: { show: true, lineStyle: { color: theme.axisLine, width: scale } },
    axisTick: { show: false },
    axisLabel: { color: theme.mutedText, fontSize: 11 * scale, hideOverlap: true },
    splitLine: { show: true, lineStyle: { color: theme.gridLine, width: scale } },
    nameTextStyle: { color: theme.text, fontSize: (view.picture === null ? 11 : 12) * scale },
  }
}

/**
 * An interval about a line: its lower end unseen, and the rest of it stacked upon that as an area. Both have the
 * line's name, so that the legend takes them out with it.
 */
function bandSeries({ label, colour, points, band }: PlotLine, { theme }: PlotView): PlotOption[] {
  if (band === undefined) return []
  const color = theme.palette[colour % theme.palette.length]
  const ends = points.flatMap(([x], index) => {
    const at = band[index] ?? null
    return at === null ? [] : [{ x, low: at[0], high: at[1] }]
  })
  const unseen = {
    type: 'line',
    name: label,
    stack: `interval of ${label}`,
    stackStrategy: 'all',
    silent: true,
    showSymbol: false,
    tooltip: { show: false },
    itemStyle: { color },
    lineStyle: { opacity: 0 },
    z: 1,
  }
  return [
    { ...unseen, data: ends.map(({ x, low }) => [x, low]) },
    { ...unseen, data: ends.map(({ x, low, high }) => [x, high - low]), areaStyle: { color, opacity: 0.16 } },
  ]
}

function lineSeries(line: PlotLine, view: PlotView): PlotOption[] {
  const color = view.theme.palette[line.colour % view.theme.palette.length]
  const few = line.points.length < 12 && line.stepped !== true
  const base = {
    type: 'line',
    name: line.label,
    symbolSize: 5 * view.scale,
    itemStyle: { color },
    ...(line.stepped === true ? { step: 'end' } : {}),
  }
  const style = { width: 1.8 * view.scale, type: line.pattern ?? 'solid', color }
  if (view.smoothing === 0) return [{ ...base, ...pointsOf(line.points, few, view), lineStyle: style }]
  const raw = { width: view.scale, type: style.type, color, opacity: 0.3 }
  return [
    { ...base, ...pointsOf(smoothPoints(line.points, view.smoothing), few, view), lineStyle: style },
    {
      ...base,
      data: line.points,
      z: 1,
      showSymbol: false,
      silent: true,
      tooltip: { show: false },
      lineStyle: raw,
    },
  ]
}

/**
 * Few points are all marked; else only those that stand alone between two gaps, where no line would show
 * them.
 */
function pointsOf(points: readonly PlotPoint[], few: boolean, { scale }: PlotView): PlotOption {
  if (few) return { data: points, showSymbol: true }
  const isMissing = (index: number): boolean => (points[index]?.[1] ?? null) === null
  const isAlone = (index: number): boolean =>
    !isMissing(index) && isMissing(index - 1) && isMissing(index + 1)
  if (!points.some((_, index) => isAlone(index))) return { data: points, showSymbol: false }
  const data = points.map((value, index) =>
    isAlone(index) ? { value, symbol: 'circle', symbolSize: 3 * scale } : value,
  )
  return { data, showSymbol: true, symbol: 'none' }
}

/** A threshold is named by the legend alone: words upon the plot would cover its curves. */
function thresholdEntry({ label, hidden = false }: PlotThreshold): LegendEntry {
  return { label, pattern: 'dashed', hidden }
}

/** A series of its own, so that the legend switches it off and on like any other. */
function thresholdSeries({ label, value }: PlotThreshold, { theme, scale }: PlotView): PlotOption {
  return {
    type: 'line',
    name: label,
    data: [],
    itemStyle: { color: theme.alarm },
    markLine: {
      silent: true,
      symbol: 'none',
      label: { show: false },
      lineStyle: { color: theme.alarm, type: 'dashed', width: scale },
      data: [{ yAxis: value }],
    },
  }
}

function binLabel(bin: PlotBin): string {
  return bin.low === bin.high ? shortNumber(bin.low) : `${shortNumber(bin.low)}–${shortNumber(bin.high)}`
}

function shortNumber(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}
