import { patternOf, type LinePattern } from '../../../shared/plots/linePattern.ts'
import { darkTheme, type PlotTheme } from '../../../shared/plots/plotTheme.ts'
import { formatValue } from '../../../shared/text/format.ts'

export interface DifferingField {
  readonly path: string
  /** One value a run. */
  readonly values: readonly unknown[]
}

/** How a comparison tells its runs apart: by a colour each, or by the value of one config field. */
export interface CompareLook {
  /** In the order of the runs. */
  readonly colours: readonly number[]
  readonly patterns: readonly LinePattern[]
  /** Colours of an ordered scale; null = the theme's own. */
  readonly palette: readonly string[] | null
  /** Runs in the order in which the legend names them. */
  readonly order: readonly number[]
  /** What the legend adds to each run's name. */
  readonly additions: readonly string[]
}

/** @param places  of the runs among all colours and patterns (`runPlaces`) */
export function lookByRun(places: readonly number[]): CompareLook {
  return {
    colours: places,
    patterns: places.map((place) => patternOf(place)),
    palette: null,
    order: places.map((_, run) => run).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0)),
    additions: places.map(() => ''),
  }
}

/** Runs of one value share a colour; numbers are ordered, from the scale's beginning to its end. */
export function lookByField({ path, values }: DifferingField, theme: PlotTheme): CompareLook {
  const isOrdered = values.every((value) => typeof value === 'number')
  const texts = values.map((value) => formatValue(value))
  const distinct = [...new Set(texts)]
  if (isOrdered) distinct.sort((a, b) => Number(a) - Number(b))
  const colours = texts.map((text) => distinct.indexOf(text))
  const name = path.split('.').at(-1) ?? path
  return {
    colours,
    patterns: colours.map((colour) => (isOrdered ? 'solid' : patternOf(colour))),
    palette: isOrdered ? scaleColours(distinct.length, theme) : null,
    order: values.map((_, index) => index).sort((a, b) => (colours[a] ?? 0) - (colours[b] ?? 0) || a - b),
    additions: texts.map((text) => `${name} ${text}`),
  }
}

type Rgb = readonly [number, number, number]

/**
 * From cold to warm; lightness changes one way only, and every stop has 3 : 1 against its theme's background.
 */
const scales: Readonly<Record<PlotTheme['name'], readonly Rgb[]>> = {
  light: [
    [27, 20, 100],
    [122, 10, 156],
    [196, 61, 124],
    [217, 104, 32],
  ],
  dark: [
    [91, 124, 250],
    [181, 123, 238],
    [245, 139, 176],
    [255, 210, 122],
  ],
}

/** `count` colours at equal distances along the theme's scale. */
export function scaleColours(count: number, theme: PlotTheme): string[] {
  const stops = scales[theme.name === darkTheme.name ? 'dark' : 'light']
  return Array.from({ length: count }, (_, index) => {
    const place = count === 1 ? 0 : (index / (count - 1)) * (stops.length - 1)
    const at = Math.min(stops.length - 2, Math.floor(place))
    const mixed = [0, 1, 2].map((part) => {
      const from = stops[at]?.[part] ?? 0
      return Math.round(from + ((stops[at + 1]?.[part] ?? 0) - from) * (place - at))
    })
    return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
  })
}

/** What the config of one run has where the runs differ: `seed 1 · optimizer.learningRate 0.0001`. */
export function differenceText(fields: readonly DifferingField[], run: number): string {
  return fields.map(({ path, values }) => `${path} ${formatValue(values[run])}`).join(' · ')
}
