import { drawnPoints, type DrawnPoint, type PlotPoint } from '../../../shared/plots/plotData.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

const marginPx = 2

/** Least height of the box in y, so that noise does not look like a trend. */
const leastSpan = 0.1

/** SVG path of the points, filling the box, interrupted at gaps; empty with fewer than two different x. */
export function sparklinePath(points: readonly PlotPoint[], size: Size): string {
  const first = points[0]?.[0] ?? 0
  const span = (points.at(-1)?.[0] ?? 0) - first
  if (span <= 0) return ''
  const ys = drawnPoints(points).map(([, y]) => y)
  const low = Math.min(...ys)
  const height = Math.max(leastSpan, Math.max(...ys) - low)
  const place = ([x, y]: DrawnPoint): string => {
    const left = marginPx + ((x - first) / span) * (size.width - 2 * marginPx)
    const top = marginPx + (1 - (y - low) / height) * (size.height - 2 * marginPx)
    return `${left.toFixed(1)},${top.toFixed(1)}`
  }
  return points
    .map(([x, y], index) =>
      y === null ? '' : `${(points[index - 1]?.[1] ?? null) === null ? 'M' : 'L'}${place([x, y])}`,
    )
    .join('')
}
