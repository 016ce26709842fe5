import type { EChartsType } from 'echarts/core'
import type { PlotOption } from '../../../../shared/plots/plotOption.ts'
import { formatNumber } from '../../../../shared/text/format.ts'

/**
 * Lines, axes and legend have a canvas of their own under that of the cursor and the tooltip, which alone is drawn
 * again when the pointer moves.
 */
const stillLayer = { zlevel: -1 } as const

/** Of the series that a chart shows: its own `getOption` copies every point. */
const drawnNames = new WeakMap<EChartsType, string>()

/** Whether the chart has been given an option before. */
export function isDrawn(chart: EChartsType): boolean {
  return drawnNames.has(chart)
}

interface Series {
  readonly name?: string
  readonly silent?: boolean
}

/**
 * Draws an option on a page's chart. Merged where the series are the same, so that an open tooltip and hidden
 * series survive a live update.
 *
 * @param isTold  something else tells of the lines at the pointer (`useTold`): the chart does not heed it
 */
export function applyOption(chart: EChartsType, option: PlotOption, isTold: boolean): void {
  const before = drawnNames.get(chart)
  const series = option.series as readonly Series[]
  const names = JSON.stringify(series.map(({ name }) => name))
  chart.setOption(
    {
      ...option,
      tooltip: {
        ...(option.tooltip as object),
        valueFormatter: tooltipValue,
        show: !isTold,
      },
      xAxis: shownAxis(option.xAxis as Axis),
      yAxis: { ...(option.yAxis as object), ...stillLayer },
      legend: { ...(option.legend as object), ...stillLayer },
      series: series.map((each) => ({ ...each, ...stillLayer, silent: isTold || each.silent === true })),
    },
    { notMerge: before !== names, lazyUpdate: false },
  )
  drawnNames.set(chart, names)
}

interface Axis {
  readonly type?: string
}

function shownAxis(axis: Axis): object {
  if (axis.type !== 'value') return { ...axis, ...stillLayer }
  return {
    ...axis,
    ...stillLayer,
    axisPointer: { label: { formatter: pointedValue } },
  }
}

function tooltipValue(value: unknown): string {
  return typeof value === 'number' ? formatNumber(value) : String(value)
}

/** ECharts writes a step as 22.00. */
function pointedValue({ value }: { readonly value: unknown }): string {
  return tooltipValue(value)
}
