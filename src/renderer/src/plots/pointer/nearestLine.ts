import type { DrawnPoint, PlotLine } from '../../../../shared/plots/plotData.ts'

/** A pointer farther away than this points at no line. */
const reachPx = 24

type Course = Pick<PlotLine, 'points' | 'stepped'>

/**
 * y of a line at x: between two points on their straight connection, of a stepped one the value that holds;
 * null in a gap and outside.
 */
export function heightAt({ points, stepped }: Course, x: number): number | null {
  const after = firstFrom(points, x)
  const right = points[after]
  if (right === undefined) return null
  if (right[0] === x) return right[1]
  const left = points[after - 1]
  if (left === undefined || left[1] === null || right[1] === null) return null
  return stepped === true ? left[1] : left[1] + ((right[1] - left[1]) * (x - left[0])) / (right[0] - left[0])
}

/** The measured point of a line that is nearest to x, of the two beside it; null in a gap. */
export function pointNear({ points }: Pick<PlotLine, 'points'>, x: number): DrawnPoint | null {
  const after = firstFrom(points, x)
  const beside = [points[after - 1], points[after]].flatMap((point) =>
    point === undefined || point[1] === null ? [] : [[point[0], point[1]] as const],
  )
  return beside.toSorted((a, b) => Math.abs(a[0] - x) - Math.abs(b[0] - x))[0] ?? null
}

/** Index of the first point at x or after it; x never falls. */
function firstFrom(points: PlotLine['points'], x: number): number {
  let [low, high] = [0, points.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((points[middle]?.[0] ?? 0) < x) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The line nearest to a pointer at x (in the axis's unit) and `pixel` from the top; null when none is near.
 */
export function nearestLine<Line extends Course & { readonly label: string }>(
  lines: readonly Line[],
  pointer: { readonly x: number; readonly pixel: number },
  pixelOf: (y: number) => number,
): string | null {
  let nearest: { label: string; distance: number } | null = null
  for (const line of lines) {
    const y = heightAt(line, pointer.x)
    if (y === null) continue
    const distance = Math.abs(pixelOf(y) - pointer.pixel)
    if (distance <= reachPx && (nearest === null || distance < nearest.distance))
      nearest = { label: line.label, distance }
  }
  return nearest?.label ?? null
}
