import type { EChartsType } from 'echarts/core'
import { useCallback, useEffect, useRef, type RefObject } from 'react'
import type { Listeners } from '../../../../shared/listeners.ts'
import type { PointerPlace } from './pointer.ts'

/** Where the pointer is on the x that charts share. */
export interface CursorMove {
  /** In the axis's unit; null = it is on none of them. */
  readonly x: number | null
  /** The chart that it is on, which marks the place itself. */
  readonly from: object
}

/**
 * A line where the pointer is in another chart: moved by the browser alone, so that a chart of many long lines
 * is not drawn again for it.
 *
 * @param cursor  left out: the chart shares none
 */
export function useLinkedCursor(
  chart: RefObject<EChartsType | null>,
  cursor: Listeners<CursorMove> | undefined,
) {
  const mark = useRef<HTMLDivElement>(null)
  useEffect(
    () =>
      cursor?.add(({ x, from }) => {
        const pixel = x === null || from === chart.current ? null : pixelOf(chart.current, x)
        if (mark.current === null) return
        mark.current.style.visibility = pixel === null ? 'hidden' : 'visible'
        if (pixel !== null) mark.current.style.transform = `translateX(${pixel}px)`
      }),
    [chart, cursor],
  )
  const tell = useCallback(
    (place: PointerPlace | null): void => {
      const made = chart.current
      if (cursor === undefined || made === null) return
      const isInside = place !== null && made.containPixel({ gridIndex: 0 }, [place.x, place.y])
      const x = isInside ? Number(made.convertFromPixel({ xAxisIndex: 0 }, place.x)) : null
      cursor.tell({ x, from: made })
    },
    [chart, cursor],
  )
  return { mark, tell }
}

/** Null where the chart shows no such x. */
function pixelOf(chart: EChartsType | null, x: number): number | null {
  if (chart === null) return null
  const pixel = Number(chart.convertToPixel({ xAxisIndex: 0 }, x))
  return chart.containPixel({ gridIndex: 0 }, [pixel, chart.getHeight() / 2]) ? pixel : null
}
