import './echartsParts.ts'
import { connect, init, type EChartsType } from 'echarts/core'
import { useEffect, useMemo, useRef, useState, type JSX, type PointerEvent, type RefObject } from 'react'
import type { Listeners } from '../../../../shared/listeners.ts'
import type { PlotOption } from '../../../../shared/plots/plotOption.ts'
import { applyOption, isDrawn } from './chartOption.ts'
import { switchedOff } from '../hiddenLines.ts'
import { useLinkedCursor, type CursorMove } from '../pointer/linkedCursor.ts'
import { usePointed, usePointerFrames, type Pointed } from '../pointer/pointer.ts'
import { ToldLines, type GridEnds } from '../pointer/ToldLines.tsx'
import { manyLines, useTold } from '../pointer/useTold.ts'
import type { XRange } from '../plotLines.ts'
import { useWhenInSight } from './useWhenInSight.ts'
import styles from './Chart.module.css'

export interface ChartProps {
  readonly option: PlotOption
  readonly label: string
  /** Charts of one group share their cursor, and each has a tooltip. */
  readonly group?: string
  /** In the place of a group, where tooltips of all would be too much: charts share the cursor alone. */
  readonly cursor?: Listeners<CursorMove>
  /** Called with the dragged range of x; without it, dragging does nothing. */
  readonly onSelectRange?: (range: XRange) => void
  readonly onResetRange?: () => void
  /** Told which of the lines the pointer is on, null when it is on none. */
  readonly pointed?: Pointed
  /** Told which lines the legend has switched off, by their labels. */
  readonly onHidden?: (labels: ReadonlySet<string>) => void
}

/** Shorter drags are clicks. */
const shortestDragPx = 6

/** A chart that follows its box and its option. The options come from `src/shared/plots`. */
export function Chart(props: ChartProps): JSX.Element {
  const { option, label, group, cursor, pointed, onHidden, onSelectRange, onResetRange } = props
  const many = useMemo(() => manyLines(option), [option])
  const { box, chart } = useChart(option, { group, isTold: many !== null })
  useLegendClicks(chart, onHidden, group)
  const grid = gridEnds(option)
  const { selected, ...drag } = useDrag(chart, onSelectRange)
  const tellLine = usePointed(chart, pointed)
  const { mark, tell } = useLinkedCursor(chart, cursor)
  const { overlay, tellAt } = useTold(chart, many, pointed?.onPoint)
  const point = usePointerFrames((place) => {
    if (many === null) tellLine(place)
    else tellAt(place)
    tell(place)
  })
  return (
    <div
      className={styles.chart}
      role="img"
      aria-label={label}
      onPointerDown={(event) => {
        if (onSelectRange !== undefined && event.button === 0 && !isOnLegend(event, grid)) drag.begin(event)
      }}
      onPointerMove={(event) => {
        drag.move(event)
        point(event)
      }}
      onPointerUp={drag.finish}
      onPointerLeave={() => {
        drag.leave()
        point(null)
      }}
      onDoubleClick={onResetRange}
    >
      <div ref={box} className={styles.box} />
      {cursor !== undefined && (
        <div ref={mark} className={styles.cursor} style={{ top: grid.top, bottom: grid.bottom }} />
      )}
      {overlay !== null && <ToldLines overlay={overlay} grid={grid} />}
      {selected !== null && (
        <div className={styles.selection} style={{ top: grid.top, bottom: grid.bottom, ...selected }} />
      )}
    </div>
  )
}

interface Drag {
  readonly start: number
  readonly end: number
}

/** A stretch of x that is drawn over the chart with the pointer. */
function useDrag(chart: RefObject<EChartsType | null>, onSelectRange: ChartProps['onSelectRange']) {
  const [drag, setDrag] = useState<Drag | null>(null)
  const long = drag !== null && Math.abs(drag.end - drag.start) >= shortestDragPx ? drag : null
  return {
    /** Where it lies, px; null: none, or too short to be meant. */
    selected:
      long === null ? null : { left: Math.min(long.start, long.end), width: Math.abs(long.end - long.start) },
    begin: (event: PointerEvent<HTMLDivElement>): void => {
      const x = localX(event)
      setDrag({ start: x, end: x })
    },
    move: (event: PointerEvent<HTMLDivElement>): void => {
      if (drag !== null) setDrag({ ...drag, end: localX(event) })
    },
    finish: (): void => {
      const range = long === null || chart.current === null ? null : dataRange(chart.current, long)
      if (range !== null) onSelectRange?.(range)
      setDrag(null)
    },
    leave: (): void => setDrag(null),
  }
}

function localX(event: PointerEvent<HTMLDivElement>): number {
  return event.clientX - event.currentTarget.getBoundingClientRect().left
}

/** A chart in the box, made anew for another group, drawn anew for another option. */
function useChart(
  option: PlotOption,
  { group, isTold }: { readonly group: string | undefined; readonly isTold: boolean },
) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType | null>(null)
  const whenInSight = useWhenInSight(box)
  useEffect(() => {
    if (box.current === null) return undefined
    const made = init(box.current, null, { renderer: 'canvas' })
    chart.current = made
    if (group !== undefined) {
      made.group = group
      connect(group)
    }
    const resize = (): void => {
      if (!made.isDisposed()) made.resize()
    }
    const observer = new ResizeObserver(() => whenInSight('size', resize))
    observer.observe(box.current)
    return () => {
      observer.disconnect()
      made.dispose()
      chart.current = null
    }
  }, [group, whenInSight])
  useEffect(() => {
    const made = chart.current
    if (made === null) return
    // legends and cursors of a group reach those out of sight, too: each chart has its axes from the first
    whenInSight('option', () => applyOption(made, option, isTold), !isDrawn(made))
  }, [option, group, isTold, whenInSight])
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

function gridEnds(option: PlotOption): GridEnds {
  const { top, bottom, left, right } = option.grid as GridEnds
  return { top, bottom, left, right }
}

/** The legend lies above the grid and is clicked, not dragged. */
function isOnLegend(event: PointerEvent<HTMLDivElement>, { top }: GridEnds): boolean {
  return event.clientY - event.currentTarget.getBoundingClientRect().top < top
}

function dataRange(chart: EChartsType, drag: Drag): XRange | null {
  const at = (pixel: number): number => Number(chart.convertFromPixel({ xAxisIndex: 0 }, pixel))
  const from = at(Math.min(drag.start, drag.end))
  const to = at(Math.max(drag.start, drag.end))
  return Number.isFinite(from) && Number.isFinite(to) && to > from ? { from, to } : null
}
