import './echartsParts.ts'
import { connect, init, type EChartsType } from 'echarts/core'
import { useEffect, useRef, useState, type JSX, type PointerEvent, type RefObject } from 'react'
import type { PlotOption } from '../../../shared/plots/plotOption.ts'
import type { PlotLine } from '../../../shared/plots/plotData.ts'
import { formatNumber } from '../../../shared/text/format.ts'
import { switchedOff } from './hiddenLines.ts'
import { nearestLine } from './nearestLine.ts'
import type { XRange } from './plotLines.ts'
import styles from './Chart.module.css'

export interface ChartProps {
  readonly option: PlotOption
  readonly label: string
  /** Charts of one group share their cursor. */
  readonly group?: string
  /** Called with the dragged range of x; without it, dragging does nothing. */
  readonly onSelectRange?: (range: XRange) => void
  readonly onResetRange?: () => void
  /** Told which of the lines the pointer is on, null when it is on none. */
  readonly pointed?: { readonly lines: readonly PlotLine[]; readonly onPoint: (label: string | null) => void }
  /** Told which lines the legend has switched off, by their labels. */
  readonly onHidden?: (labels: ReadonlySet<string>) => void
}

/** Shorter drags are clicks. */
const shortestDragPx = 6

/** A chart that follows its box and its option. The options come from `src/shared/plots`. */
export function Chart({ option, label, group, pointed, onHidden, ...ranges }: ChartProps): JSX.Element {
  const { onSelectRange, onResetRange } = ranges
  const { box, chart } = useChart(option, group)
  useLegendClicks(chart, onHidden, group)
  const grid = gridEnds(option)
  const [drag, setDrag] = useState<{ start: number; end: number } | null>(null)
  const localX = (event: PointerEvent<HTMLDivElement>): number =>
    event.clientX - event.currentTarget.getBoundingClientRect().left
  const point = usePointed(chart, pointed)
  const finish = (): void => {
    if (drag !== null && chart.current !== null && Math.abs(drag.end - drag.start) >= shortestDragPx) {
      const range = dataRange(chart.current, drag)
      if (range !== null) onSelectRange?.(range)
    }
    setDrag(null)
  }
  return (
    <div
      className={styles.chart}
      role="img"
      aria-label={label}
      onPointerDown={(event) => {
        if (onSelectRange === undefined || event.button !== 0 || isOnLegend(event, grid)) return
        const x = localX(event)
        setDrag({ start: x, end: x })
      }}
      onPointerMove={(event) => {
        if (drag !== null) setDrag({ ...drag, end: localX(event) })
        point(event)
      }}
      onPointerUp={finish}
      onPointerLeave={() => {
        setDrag(null)
        point(null)
      }}
      onDoubleClick={onResetRange}
    >
      <div ref={box} className={styles.box} />
      {drag !== null && Math.abs(drag.end - drag.start) >= shortestDragPx && (
        <div
          className={styles.selection}
          style={{ ...grid, left: Math.min(drag.start, drag.end), width: Math.abs(drag.end - drag.start) }}
        />
      )}
    </div>
  )
}

/** A chart in the box, made anew for another group, drawn anew for another option. */
function useChart(option: PlotOption, group: string | undefined) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType | null>(null)
  useEffect(() => {
    if (box.current === null) return undefined
    const made = init(box.current, null, { renderer: 'canvas' })
    chart.current = made
    if (group !== undefined) {
      made.group = group
      connect(group)
    }
    const observer = new ResizeObserver(() => made.resize())
    observer.observe(box.current)
    return () => {
      observer.disconnect()
      made.dispose()
      chart.current = null
    }
  }, [group])
  useEffect(() => {
    if (chart.current !== null) applyOption(chart.current, option)
  }, [option, group])
  return { box, chart }
}

/** Tells what a click in the legend has left switched off; of charts in one group each tells of itself. */
function useLegendClicks(
  chart: RefObject<EChartsType | null>,
  onHidden: ChartProps['onHidden'],
  group: string | undefined,
): void {
  useEffect(() => {
    const made = chart.current
    if (made === null || onHidden === undefined) return undefined
    const tell = (event: unknown): void =>
      onHidden(switchedOff((event as { readonly selected: Readonly<Record<string, boolean>> }).selected))
    made.on('legendselectchanged', tell)
    return () => {
      if (!made.isDisposed()) made.off('legendselectchanged', tell)
    }
  }, [chart, onHidden, group])
}

/** Tells which line the pointer is on, and lifts it out. */
function usePointed(
  chart: RefObject<EChartsType | null>,
  pointed: ChartProps['pointed'],
): (event: PointerEvent<HTMLDivElement> | null) => void {
  const last = useRef<string | null>(null)
  return (event) => {
    const made = chart.current
    if (pointed === undefined || made === null) return
    const label = event === null ? null : lineAt(made, pointed.lines, event)
    if (label === last.current) return
    if (last.current !== null) made.dispatchAction({ type: 'downplay', seriesName: last.current })
    if (label !== null) made.dispatchAction({ type: 'highlight', seriesName: label })
    last.current = label
    pointed.onPoint(label)
  }
}

function lineAt(
  chart: EChartsType,
  lines: readonly PlotLine[],
  event: PointerEvent<HTMLDivElement>,
): string | null {
  const box = event.currentTarget.getBoundingClientRect()
  const place = [event.clientX - box.left, event.clientY - box.top]
  if (!chart.containPixel({ gridIndex: 0 }, place)) return null
  const x = Number(chart.convertFromPixel({ xAxisIndex: 0 }, place[0] ?? 0))
  const pixelOf = (y: number): number => Number(chart.convertToPixel({ yAxisIndex: 0 }, y))
  return nearestLine(lines, { x, pixel: place[1] ?? 0 }, pixelOf)
}

/** How far the plotted area is from the top and from the bottom, px. */
interface GridEnds {
  readonly top: number
  readonly bottom: number
}

function gridEnds(option: PlotOption): GridEnds {
  const { top, bottom } = option.grid as GridEnds
  return { top, bottom }
}

/** The legend lies above the grid and is clicked, not dragged. */
function isOnLegend(event: PointerEvent<HTMLDivElement>, { top }: GridEnds): boolean {
  return event.clientY - event.currentTarget.getBoundingClientRect().top < top
}

function dataRange(chart: EChartsType, drag: { start: number; end: number }): XRange | null {
  const at = (pixel: number): number => Number(chart.convertFromPixel({ xAxisIndex: 0 }, pixel))
  const from = at(Math.min(drag.start, drag.end))
  const to = at(Math.max(drag.start, drag.end))
  return Number.isFinite(from) && Number.isFinite(to) && to > from ? { from, to } : null
}

/** Merged where the series are the same, so that an open tooltip and hidden series survive a live update. */
function applyOption(chart: EChartsType, option: PlotOption): void {
  const before = (chart.getOption() as { series?: readonly { name?: string }[] } | undefined)?.series
  const names = (series: unknown): string =>
    JSON.stringify((series as readonly { name?: string }[] | undefined)?.map((each) => each.name) ?? [])
  const tooltip = { ...(option.tooltip as object), valueFormatter: tooltipValue }
  const xAxis = option.xAxis as { readonly type?: string }
  const pointed =
    xAxis.type === 'value' ? { ...xAxis, axisPointer: { label: { formatter: pointedValue } } } : xAxis
  chart.setOption(
    { ...option, tooltip, xAxis: pointed },
    { notMerge: names(before) !== names(option.series), lazyUpdate: false },
  )
}

function tooltipValue(value: unknown): string {
  return typeof value === 'number' ? formatNumber(value) : String(value)
}

/** ECharts writes a step as 22.00. */
function pointedValue({ value }: { readonly value: unknown }): string {
  return tooltipValue(value)
}
