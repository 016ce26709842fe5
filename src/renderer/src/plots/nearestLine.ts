import type { PlotLine } from '../../../shared/plots/plotData.ts'

/** A pointer farther away than this points at no line. */
const reachPx = 24

/**
 * y of a line at x: between two points on their straight connection, of a stepped line the value that holds;
 * null in a gap and outside.
 */
export function heightAt({ points, stepped }: PlotLine, x: number): number | null {
  const after = firstFrom(points, x)
  const right = points[after]
  if (right === undefined) return null
  if (right[0] === x) return right[1]
  const left = points[after - 1]
  if (left === undefined || left[1] === null || right[1] === null) return null
  return stepped === true ? left[1] : left[1] + ((right[1] - left[1]) * (x - left[0])) / (right[0] - left[0])
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
export function nearestLine(
  lines: readonly PlotLine[],
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
