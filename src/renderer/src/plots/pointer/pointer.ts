import type { EChartsType } from 'echarts/core'
import { useEffect, useRef, type PointerEvent, type RefObject } from 'react'
import type { PlotLine } from '../../../../shared/plots/plotData.ts'
import { nearestLine } from './nearestLine.ts'

/** px from the chart’s corner. */
export interface PointerPlace {
  readonly x: number
  readonly y: number
}

/**
 * Told where the pointer is, once a frame at most: a mouse tells of more than can be drawn. Null: it has left.
 *
 * @returns to be called with each event; gives its place at once
 */
export function usePointerFrames(
  tell: (place: PointerPlace | null) => void,
): (event: PointerEvent<HTMLDivElement> | null) => PointerPlace | null {
  const frame = useRef<number | null>(null)
  const place = useRef<PointerPlace | null>(null)
  const latest = useRef(tell)
  useEffect(() => {
    latest.current = tell
  })
  useEffect(
    () => () => {
      if (frame.current !== null) cancelAnimationFrame(frame.current)
    },
    [],
  )
  return (event) => {
    place.current = event === null ? null : placeIn(event)
    frame.current ??= requestAnimationFrame(() => {
      frame.current = null
      latest.current(place.current)
    })
    return place.current
  }
}

function placeIn(event: PointerEvent<HTMLDivElement>): PointerPlace {
  const box = event.currentTarget.getBoundingClientRect()
  return { x: event.clientX - box.left, y: event.clientY - box.top }
}

/** Which lines a chart has, and who is told of the one that the pointer is on. */
export interface Pointed {
  readonly lines: readonly PlotLine[]
  readonly onPoint: (label: string | null) => void
}

/**
 * Tells which line the pointer is on, and lifts it out, for which the chart draws all of them again: of many
 * lines see `useTold`.
 */
export function usePointed(
  chart: RefObject<EChartsType | null>,
  pointed: Pointed | undefined,
): (place: PointerPlace | null) => void {
  const told = useRef<string | null>(null)
  const lifted = useRef<string | null>(null)
  const lift = (label: string | null): void => {
    const made = chart.current
    if (made === null || label === lifted.current) return
    if (lifted.current !== null) made.dispatchAction({ type: 'downplay', seriesName: lifted.current })
    if (label !== null) made.dispatchAction({ type: 'highlight', seriesName: label })
    lifted.current = label
  }
  return (place) => {
    const made = chart.current
    if (pointed === undefined || made === null) return
    const label = place === null ? null : lineAt(made, pointed.lines, place)
    lift(label)
    if (label === told.current) return
    told.current = label
    pointed.onPoint(label)
  }
}

function lineAt(chart: EChartsType, lines: readonly PlotLine[], place: PointerPlace): string | null {
  if (!chart.containPixel({ gridIndex: 0 }, [place.x, place.y])) return null
  const x = Number(chart.convertFromPixel({ xAxisIndex: 0 }, place.x))
  const pixelOf = (y: number): number => Number(chart.convertToPixel({ yAxisIndex: 0 }, y))
  return nearestLine(lines, { x, pixel: place.y }, pixelOf)
}
