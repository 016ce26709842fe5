export interface Size {
  readonly width: number
  readonly height: number
}

const marginPx = 2

/** SVG path of a share (0 to 1, clipped) over x, filling the box; empty with fewer than two different x. */
export function sparklinePath(points: readonly (readonly [x: number, y: number])[], size: Size): string {
  const first = points[0]?.[0] ?? 0
  const span = (points.at(-1)?.[0] ?? 0) - first
  if (span <= 0) return ''
  const place = ([x, y]: readonly [number, number]): string => {
    const left = marginPx + ((x - first) / span) * (size.width - 2 * marginPx)
    const top = marginPx + (1 - Math.min(1, Math.max(0, y))) * (size.height - 2 * marginPx)
    return `${left.toFixed(1)},${top.toFixed(1)}`
  }
  return `M${points.map(place).join('L')}`
}
