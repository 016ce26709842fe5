import type { PlotOption } from '../../../shared/plots/plotOption.ts'
import type { PlotTheme } from '../../../shared/plots/plotTheme.ts'
import type { SweepView } from '../../../shared/sweep/sweepView.ts'
import { formatNumber, formatShare } from '../../../shared/text/format.ts'

/** A coordinate of the plot: a varied field, or the metric. */
interface Dimension {
  readonly name: string
  readonly values: readonly unknown[]
}

/**
 * Parallel coordinates: one line a finished trial through the values of its varied fields to its metric, in the
 * colour of its rank. Rich text only: labels may be a user's.
 */
export function parallelOption(sweep: SweepView, theme: PlotTheme, metricLabel: string): PlotOption | null {
  const valuesOf = new Map(sweep.points.map(({ label, values }) => [label, values]))
  const scored = sweep.trials.flatMap(({ point, seed, validation }) =>
    validation === null ? [] : [{ point, seed, validation, values: valuesOf.get(point) ?? {} }],
  )
  const paths = [...new Set(scored.flatMap(({ values }) => Object.keys(values)))]
  if (paths.length === 0 || scored.length < 2) return null
  const dimensions: Dimension[] = paths
    .map((path) => ({ name: path, values: scored.map(({ values }) => values[path] ?? null) }))
    .concat([{ name: metricLabel, values: scored.map(({ validation }) => validation) }])
  const ranks = scored.map(({ validation }) => rankOf(validation, scored))
  return {
    animation: false,
    textStyle: { fontFamily: theme.fontFamily, color: theme.text },
    tooltip: {
      renderMode: 'richText',
      confine: true,
      backgroundColor: theme.background,
      borderColor: theme.axisLine,
      textStyle: { color: theme.text, fontSize: 12 },
    },
    parallel: { left: 120, right: 110, top: 46, bottom: 24 },
    parallelAxis: dimensions.map((dimension, dim) => axisOf(dimension, dim, theme)),
    series: [
      {
        type: 'parallel',
        name: 'trials',
        lineStyle: { width: 2 },
        data: scored.map(({ point, seed }, index) => ({
          name: `${point} · seed ${seed}`,
          value: dimensions.map(({ values }) => coordinate(values, values[index])),
          lineStyle: {
            color: mixed(theme.palette[5] ?? '#000000', theme.palette[0] ?? '#000000', ranks[index] ?? 0),
            opacity: 0.35 + 0.6 * (ranks[index] ?? 0),
          },
        })),
      },
    ],
  }
}

/** From 0, the worst, to 1, the best. */
function rankOf(validation: number, scored: readonly { readonly validation: number }[]): number {
  return scored.filter((other) => other.validation < validation).length / Math.max(1, scored.length - 1)
}

const isNumeric = (values: readonly unknown[]): boolean => values.every((value) => typeof value === 'number')

function coordinate(values: readonly unknown[], value: unknown): number | string {
  return isNumeric(values) ? Number(value) : textOf(value)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}

/** Numbers over three powers of ten, all above 0, are spread by their logarithm, as rates are. */
function axisOf({ name, values }: Dimension, dim: number, theme: PlotTheme): PlotOption {
  const look = {
    dim,
    name,
    nameTextStyle: { color: theme.text, fontSize: 11 },
    axisLine: { lineStyle: { color: theme.axisLine } },
    axisTick: { lineStyle: { color: theme.axisLine } },
    nameGap: 16,
  }
  const label = { color: theme.mutedText, fontSize: 11 }
  if (!isNumeric(values)) {
    return { ...look, type: 'category', data: [...new Set(values.map(textOf))].sort(), axisLabel: label }
  }
  const numbers = values.map(Number)
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)]
  const isLog = low > 0 && high / low >= 100
  return { ...look, type: isLog ? 'log' : 'value', scale: true, axisLabel: label }
}

/** `share` of the second colour; both as `#rrggbb`. */
function mixed(first: string, second: string, share: number): string {
  const channel = (colour: string, at: number): number => parseInt(colour.slice(1 + 2 * at, 3 + 2 * at), 16)
  const parts = [0, 1, 2].map((at) =>
    Math.round(channel(first, at) * (1 - share) + channel(second, at) * share)
      .toString(16)
      .padStart(2, '0'),
  )
  return `#${parts.join('')}`
}

/** What the picture says, for those who cannot see it. */
export function parallelText(sweep: SweepView): string {
  const scored = sweep.trials.filter(({ validation }) => validation !== null)
  const [best] = sweep.points
  const value = best?.validation?.mean
  return `${formatNumber(scored.length)} finished trials, one line each; best point ${best?.label ?? ''}${value === undefined ? '' : ` with ${formatShare(value)}`}`
}
