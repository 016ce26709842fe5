import type { EChartsType } from 'echarts/core'
import type { PlotOption } from '../../../shared/plots/plotOption.ts'
import { formatNumber } from '../../../shared/text/format.ts'
import { shortened } from '../../../shared/plots/textFit.ts'

/** Lines that a tooltip tells of, all of them. */
export const mostTold = 8
/** Of more than those: the lines nearest to the pointer. */
export const toldOfMany = 5

/** Of a name in a tooltip of many, px at the usual size. */
const nameWidth = 240

/**
 * Lines, axes and legend have a canvas of their own under that of the cursor and the tooltip, which alone is drawn
 * again when the pointer moves.
 */
const stillLayer = { zlevel: -1 } as const

/** Of the series that a chart shows: its own `getOption` copies every point. */
const drawnNames = new WeakMap<EChartsType, string>()

interface Series {
  readonly name?: string
  readonly data?: readonly unknown[]
}

/**
 * Draws an option on a page's chart. Merged where the series are the same, so that an open tooltip and hidden
 * series survive a live update.
 *
 * @param pointerPixel  how far the pointer is from the chart's top now, px; null = it is not on it
 */
export function applyOption(chart: EChartsType, option: PlotOption, pointerPixel: () => number | null): void {
  const before = drawnNames.get(chart)
  const series = option.series as readonly Series[]
  const names = JSON.stringify(series.map(({ name }) => name))
  const isCrowded = lineNames(series) > mostTold
  const formatter = (told: unknown): string =>
    nearestText(told as readonly ToldLine[], {
      pixelOf: (y) => Number(chart.convertToPixel({ yAxisIndex: 0 }, y)),
      pointer: pointerPixel(),
    })
  chart.setOption(
    {
      ...option,
      tooltip: {
        ...(option.tooltip as object),
        valueFormatter: tooltipValue,
        ...(isCrowded ? { formatter } : {}),
      },
      xAxis: shownAxis(option.xAxis as Axis, isCrowded),
      yAxis: { ...(option.yAxis as object), ...stillLayer },
      legend: { ...(option.legend as object), ...stillLayer },
      series: series.map((each) => ({ ...each, ...stillLayer })),
    },
    { notMerge: before !== names, lazyUpdate: false },
  )
  drawnNames.set(chart, names)
}

function lineNames(series: readonly Series[]): number {
  return new Set(series.flatMap(({ name, data = [] }) => (data.length === 0 ? [] : [name]))).size
}

interface Axis {
  readonly type?: string
}

/** A dot on every line under the cursor is drawn with the lines, all of them: of many, none. */
function shownAxis(axis: Axis, isCrowded: boolean): object {
  if (axis.type !== 'value') return { ...axis, ...stillLayer }
  return {
    ...axis,
    ...stillLayer,
    axisPointer: { label: { formatter: pointedValue }, triggerEmphasis: !isCrowded },
  }
}

function tooltipValue(value: unknown): string {
  return typeof value === 'number' ? formatNumber(value) : String(value)
}

/** ECharts writes a step as 22.00. */
function pointedValue({ value }: { readonly value: unknown }): string {
  return tooltipValue(value)
}

/** One line at the pointer's x, as ECharts tells of it. */
export interface ToldLine {
  readonly seriesName?: string
  readonly marker?: unknown
  readonly axisValue?: unknown
  readonly value: unknown
}

interface TellingPlace {
  readonly pixelOf: (y: number) => number
  /** null = somewhere. */
  readonly pointer: number | null
}

/** x, and beneath it the lines nearest to the pointer from the highest, as text with marks. */
export function nearestText(told: readonly ToldLine[], { pixelOf, pointer }: TellingPlace): string {
  const lines = told.flatMap(({ seriesName = '', marker, value }) => {
    const y = Array.isArray(value) ? (value as readonly unknown[])[1] : null
    if (typeof y !== 'number') return []
    const distance = pointer === null ? 0 : Math.abs(pixelOf(y) - pointer)
    return [{ name: seriesName, marker: typeof marker === 'string' ? marker : '', y, distance }]
  })
  const nearest = lines.toSorted((a, b) => a.distance - b.distance).slice(0, toldOfMany)
  const rows = nearest
    .toSorted((a, b) => b.y - a.y)
    .map(({ name, marker, y }) => `${marker}${plain(name)}  ${tooltipValue(y)}`)
  const more = lines.length - nearest.length
  return [tooltipValue(told[0]?.axisValue)]
    .concat(rows, more > 0 ? [`and ${more} more, farther from the pointer`] : [])
    .join('\n')
}

/** `{a|b}` in a name would be a style of ECharts' rich text. */
function plain(name: string): string {
  return shortened(name, nameWidth, 12).replaceAll('|', '¦')
}
