import type { EChartsType } from 'echarts/core'
import { useCallback, useEffect, useRef, useState, type RefObject } from 'react'
import type { PlotOption } from '../../../../shared/plots/plotOption.ts'
import { drawnLines, type DrawnLine } from './drawnLines.ts'
import type { PointerPlace } from './pointer.ts'
import { mostTold, pathOf, toldAt, type PlotScales, type Told } from './toldLines.ts'

/** What is laid over a chart of many lines. */
export interface Overlay {
  readonly told: Told
  /** px from the chart's corner. */
  readonly place: PointerPlace
  /** Course of the line that the pointer is on; '' without one. */
  readonly path: string
}

/** Of a chart whose lines are too many for a tooltip that names them all; null where ECharts' own does. */
export function manyLines(option: PlotOption): readonly DrawnLine[] | null {
  const lines = drawnLines(option)
  return lines.length > mostTold ? lines : null
}

/**
 * Tells of the lines at the pointer without a stroke on the chart's canvas: it holds tens of thousands of
 * points, and a browser without a graphics card draws all of them again for any.
 *
 * @param lines  null: the chart tells of them itself
 * @param onPoint  told the label of the line that the pointer is on, null when it is on none
 * @returns what to lay over the chart, and what is to be told where the pointer is
 */
export function useTold(
  chart: RefObject<EChartsType | null>,
  lines: readonly DrawnLine[] | null,
  onPoint: (label: string | null) => void = ignore,
): { readonly overlay: Overlay | null; readonly tellAt: (place: PointerPlace | null) => void } {
  const [shown, show] = useState<Shown | null>(null)
  const last = useRef<PointerPlace | null>(null)
  const pointed = useRef<string | null>(null)
  const course = useRef<Course | null>(null)
  const latest = useRef(onPoint)
  useEffect(() => {
    latest.current = onPoint
  })
  const tellAt = useCallback(
    (place: PointerPlace | null): void => {
      last.current = place
      const made = chart.current
      if (made === null || lines === null) return
      const told = place === null || !isInside(made, place) ? null : toldAt(lines, place, scalesOf(made))
      const label = told?.pointed?.label ?? null
      if (label !== pointed.current) latest.current(label)
      pointed.current = label
      if (told === null || place === null) return show(null)
      course.current = courseOf(made, told.pointed, course.current)
      show({ told, place, path: course.current?.path ?? '', of: lines })
    },
    [chart, lines],
  )
  // a resting pointer is told of new values, too
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      if (last.current !== null) tellAt(last.current)
    })
    return () => cancelAnimationFrame(frame)
  }, [tellAt])
  return { overlay: shown?.of === lines ? shown : null, tellAt }
}

const ignore = (): void => undefined

type Shown = Overlay & { readonly of: readonly DrawnLine[] }

interface Course {
  readonly line: DrawnLine
  readonly size: string
  readonly path: string
}

/** The one before, where it is of this line and of a chart that is as large now. */
function courseOf(chart: EChartsType, line: DrawnLine | null, before: Course | null): Course | null {
  if (line === null) return null
  const size = `${chart.getWidth()} × ${chart.getHeight()}`
  if (before?.line === line && before.size === size) return before
  return { line, size, path: pathOf(line, scalesOf(chart)) }
}

function isInside(chart: EChartsType, { x, y }: PointerPlace): boolean {
  return chart.containPixel({ gridIndex: 0 }, [x, y])
}

function scalesOf(chart: EChartsType): PlotScales {
  return {
    xOf: (pixel) => Number(chart.convertFromPixel({ xAxisIndex: 0 }, pixel)),
    pixelOfX: (x) => Number(chart.convertToPixel({ xAxisIndex: 0 }, x)),
    pixelOfY: (y) => Number(chart.convertToPixel({ yAxisIndex: 0 }, y)),
  }
}
