import type { PlotLine } from './plotData.ts'

/**
 * The ends of a linear x axis, which carry labels: those of the data; where these are no whole numbers (means over
 * seeds, minutes) rounded outwards to a hundredth of the span, or a tenth, or a label would have all their digits.
 */
export function xEnds(lines: readonly PlotLine[]): {
  readonly min: number | 'dataMin'
  readonly max: number | 'dataMax'
} {
  let [least, most] = [Infinity, -Infinity]
  for (const { points } of lines) {
    for (const [x] of points) {
      least = Math.min(least, x)
      most = Math.max(most, x)
    }
  }
  const span = most - least
  if (!(span > 0)) return { min: 'dataMin', max: 'dataMax' }
  const digits = Math.max(1, 2 - Math.floor(Math.log10(span)))
  const rounded = (x: number, round: (x: number) => number): number =>
    Number((round(x * 10 ** digits) / 10 ** digits).toFixed(digits))
  return {
    min: Number.isInteger(least) ? 'dataMin' : rounded(least, Math.floor),
    max: Number.isInteger(most) ? 'dataMax' : rounded(most, Math.ceil),
  }
}
