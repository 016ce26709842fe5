import type { Plot } from '../metrics.ts'
import { smoothPoints, type PlotBin, type PlotLine } from './plotData.ts'
import type { PlotTheme } from './plotTheme.ts'

/** An ECharts option as plain data: no functions, so that it can be compared in tests and sent anywhere. */
export type PlotOption = Readonly<Record<string, unknown>>

/** What a chart needs of a plot; the page's further plots have no `PlotId`. */
export type PlotShape = Omit<Plot, 'id'>

const dashedIcon = 'path://M0,0H6V4H0ZM9,0H15V4H9ZM18,0H24V4H18Z'

export interface PlotView {
  readonly theme: PlotTheme
  readonly xLabel: string
  /** Only honoured where every value is positive. */
  readonly logScale: boolean
  /** 0 = off; the raw line then stands faintly behind the smoothed one. */
  readonly smoothing: number
  /** 1 on a usual screen; larger on one of many pixels and for pictures. Scales type and lines. */
  readonly scale: number
  /** Run name and config hash on exported pictures; null on screen. */
  readonly stamp: string | null
  /** Title and note above the chart; the page writes its own. */
  readonly withTitle: boolean
}

/** The option of one of the six plots with lines (five of them). */
export function linePlotOption(plot: PlotShape, lines: readonly PlotLine[], view: PlotView): PlotOption {
  const isLog = view.logScale && lines.every((line) => line.points.every(([, y]) => y > 0))
  return {
    ...frame(plot, view, legendRows(lines, view)),
    legend: legend(lines, view),
    tooltip: tooltip(view),
    xAxis: {
      ...xAxis(view.xLabel, view),
      type: 'value',
      min: 'dataMin',
      max: 'dataMax',
    },
    yAxis: {
      ...yAxis(plot.yLabel, view),
      type: isLog ? 'log' : 'value',
      scale: plot.yRange === null,
      ...(plot.yRange === null || isLog ? {} : { min: plot.yRange[0], max: plot.yRange[1] }),
    },
    series: lines.flatMap((line, index) =>
      lineSeries(line, view, index === 0 ? markLines(plot, view) : null),
    ),
  }
}

/** The V* distribution: counts per bin, the two ends (no signal) in the alarm colour. */
export function histogramOption(plot: PlotShape, bins: readonly PlotBin[], view: PlotView): PlotOption {
  const { theme } = view
  const last = bins.length - 1
  return {
    ...frame(plot, view, 1),
    tooltip: tooltip(view),
    xAxis: {
      ...xAxis(plot.xLabel, view),
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

/** Rows that the legend of a chart on the page will need, by an estimate of a narrow one's width; 3 at most, then it pages. */
function legendRows(lines: readonly PlotLine[], view: PlotView): 1 | 2 | 3 {
  if (view.withTitle) return 1
  const pixels = lines.reduce((sum, line) => sum + 6.3 * line.label.length + 36, 0)
  return pixels <= 360 ? 1 : pixels <= 680 ? 2 : 3
}

function frame(plot: PlotShape, view: PlotView, legendRows: number): PlotOption {
  const { theme, scale } = view
  const top = (view.withTitle ? 96 : 16 + 18 * legendRows) * scale
  return {
    animation: false,
    backgroundColor: theme.background,
    color: theme.palette,
    textStyle: { fontFamily: theme.fontFamily, fontSize: 12 * scale, color: theme.text },
    aria: { enabled: true, label: { description: `${plot.title}. ${plot.note}` } },
    grid: { left: 72 * scale, right: 24 * scale, top, bottom: (view.withTitle ? 48 : 42) * scale },
    ...(view.withTitle
      ? {
          title: {
            text: plot.title,
            subtext: plot.note,
            left: 16 * scale,
            top: 10 * scale,
            textStyle: { fontSize: 18 * scale, fontWeight: 600, color: theme.text },
            subtextStyle: { fontSize: 11 * scale, color: theme.mutedText },
          },
        }
      : {}),
    ...(view.stamp === null ? {} : { graphic: stampGraphic(view.stamp, view) }),
  }
}

function legend(lines: readonly PlotLine[], view: PlotView): PlotOption {
  return {
    type: view.withTitle || legendRows(lines, view) > 2 ? 'scroll' : 'plain',
    top: (view.withTitle ? 66 : 4) * view.scale,
    left: 16 * view.scale,
    right: 16 * view.scale,
    itemWidth: 18 * view.scale,
    itemHeight: 4 * view.scale,
    // wide gap in pictures: without a browser, text is measured by an estimate
    itemGap: (view.withTitle ? 26 : 11) * view.scale,
    data: lines.map((line) => ({ name: line.label, icon: line.dashed ? dashedIcon : 'rect' })),
    textStyle: { color: view.theme.text, fontSize: 11 * view.scale },
    pageTextStyle: { color: view.theme.text },
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
    textStyle: { color: view.theme.text, fontSize: 12 * view.scale },
  }
}

function xAxis(name: string, view: PlotView): PlotOption {
  return { ...axis(view), name, nameLocation: 'middle', nameGap: (view.withTitle ? 28 : 25) * view.scale }
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
    nameTextStyle: { color: theme.text, fontSize: (view.withTitle ? 12 : 11) * scale },
  }
}

function lineSeries(line: PlotLine, view: PlotView, markLine: PlotOption | null): PlotOption[] {
  const color = view.theme.palette[line.colour % view.theme.palette.length]
  const few = line.points.length < 12 && line.stepped !== true
  const base = {
    type: 'line',
    name: line.label,
    showSymbol: few,
    symbolSize: 5 * view.scale,
    itemStyle: { color },
    ...(line.stepped === true ? { step: 'end' } : {}),
  }
  const style = { width: 1.8 * view.scale, type: line.dashed ? 'dashed' : 'solid', color }
  const mark = markLine === null ? {} : { markLine }
  if (view.smoothing === 0) return [{ ...base, data: line.points, lineStyle: style, ...mark }]
  const raw = { width: view.scale, type: style.type, color, opacity: 0.3 }
  return [
    { ...base, data: smoothPoints(line.points, view.smoothing), lineStyle: style, ...mark },
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

function markLines(plot: PlotShape, view: PlotView): PlotOption | null {
  if (plot.lines.length === 0) return null
  return {
    silent: true,
    symbol: 'none',
    lineStyle: { color: view.theme.alarm, type: 'dashed', width: view.scale },
    label: {
      ...{ position: 'insideEndTop', color: view.theme.alarm, fontSize: 11 * view.scale, formatter: '{b}' },
      // curves pass behind the words
      ...{ backgroundColor: `${view.theme.background}cc`, padding: [1, 4] },
      // readable where curves cross it
      ...{ textBorderColor: view.theme.background, textBorderWidth: 4 * view.scale },
    },
    data: plot.lines.map((line) => ({ yAxis: line.value, name: line.label })),
  }
}

function stampGraphic(stamp: string, view: PlotView): PlotOption[] {
  return [
    {
      type: 'text',
      right: 24 * view.scale,
      bottom: 6 * view.scale,
      style: {
        text: stamp,
        fill: view.theme.mutedText,
        fontSize: 10 * view.scale,
        fontFamily: view.theme.fontFamily,
      },
    },
  ]
}

function binLabel(bin: PlotBin): string {
  return bin.low === bin.high ? shortNumber(bin.low) : `${shortNumber(bin.low)}–${shortNumber(bin.high)}`
}

function shortNumber(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}
