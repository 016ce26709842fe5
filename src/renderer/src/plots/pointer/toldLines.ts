import type { DrawnLine } from './drawnLines.ts'
import { nearestLine, pointNear } from './nearestLine.ts'
import type { PointerPlace } from './pointer.ts'

/** Lines that a tooltip tells of, all of them. */
export const mostTold = 8
/** Of more than those: the lines nearest to the pointer. */
export const toldOfMany = 5

/** A line that has ended, or not begun, is told of this far beyond its end, px. */
const beyondPx = 6

/** Between data and px from a chart's corner. */
export interface PlotScales {
  readonly xOf: (pixel: number) => number
  readonly pixelOfX: (x: number) => number
  readonly pixelOfY: (y: number) => number
}

export interface ToldLine {
  readonly line: DrawnLine
  readonly y: number
  /** Where this was measured, if it is elsewhere than at `Told.x`: of a thinned line not every step is there. */
  readonly x: number | null
}

/** What a chart of many lines says at a place. */
export interface Told {
  /** In the axis's unit: that of the nearest point that is drawn. */
  readonly x: number
  readonly pixelX: number
  /** From the highest. */
  readonly lines: readonly ToldLine[]
  /** Lines that have a value there and are not told of. */
  readonly more: number
  /** The line that the pointer is on. */
  readonly pointed: DrawnLine | null
}

/** The measured values of the lines that are nearest to the pointer; null where no line has one. */
export function toldAt(lines: readonly DrawnLine[], place: PointerPlace, scales: PlotScales): Told | null {
  const { xOf, pixelOfX, pixelOfY } = scales
  const pointerX = xOf(place.x)
  const near = lines.flatMap((line) => {
    const point = pointNear(line, pointerX)
    if (point === null || isOver(line, pointerX, Math.abs(pixelOfX(point[0]) - place.x))) return []
    return [{ line, point, distance: Math.abs(pixelOfY(point[1]) - place.y) }]
  })
  const [first] = near
  if (first === undefined) return null
  const x = near.reduce(
    (best, { point }) => (Math.abs(point[0] - pointerX) < Math.abs(best - pointerX) ? point[0] : best),
    first.point[0],
  )
  const count = near.length > mostTold ? toldOfMany : mostTold
  const nearest = near.toSorted((a, b) => a.distance - b.distance).slice(0, count)
  const label = nearestLine(lines, { x: pointerX, pixel: place.y }, pixelOfY)
  return {
    x,
    pixelX: pixelOfX(x),
    lines: nearest
      .toSorted((a, b) => b.point[1] - a.point[1])
      .map(({ line, point }) => ({ line, y: point[1], x: point[0] === x ? null : point[0] })),
    more: near.length - nearest.length,
    pointed: lines.find((line) => line.label === label) ?? null,
  }
}

function isOver({ points }: DrawnLine, x: number, pixels: number): boolean {
  const isBeyond = x < (points[0]?.[0] ?? 0) || x > (points.at(-1)?.[0] ?? 0)
  return isBeyond && pixels > beyondPx
}

/** A line as the `d` of an SVG path, in px from the chart's corner. */
export function pathOf({ points, stepped }: DrawnLine, { pixelOfX, pixelOfY }: PlotScales): string {
  let isBroken = true
  const parts = points.map(([x, y]) => {
    if (y === null) {
      isBroken = true
      return ''
    }
    const [left, top] = [pixelOfX(x).toFixed(1), pixelOfY(y).toFixed(1)]
    const command = isBroken ? `M${left},${top}` : stepped ? `H${left}V${top}` : `L${left},${top}`
    isBroken = false
    return command
  })
  return parts.join('')
}
