import type { LinePattern } from '../../../../shared/plots/linePattern.ts'
import type { PlotPoint } from '../../../../shared/plots/plotData.ts'
import type { PlotOption } from '../../../../shared/plots/plotOption.ts'

/** A line as a chart draws it: smoothed where its plot is. */
export interface DrawnLine {
  readonly label: string
  readonly colour: string
  readonly pattern: LinePattern
  /** px */
  readonly width: number
  readonly stepped: boolean
  readonly points: readonly PlotPoint[]
}

/** One that stands alone has a mark of its own. */
type Datum = PlotPoint | { readonly value: PlotPoint }

/** What `linePlotOption` writes of a line. */
interface LineSeries {
  readonly type?: unknown
  readonly name?: string
  readonly silent?: boolean
  readonly step?: string
  readonly data?: readonly Datum[]
  readonly lineStyle?: { readonly color?: string; readonly type?: LinePattern; readonly width?: number }
}

/**
 * The lines of a chart's option that are not switched off; bands, thresholds and raw values behind smoothed
 * ones are none.
 */
export function drawnLines(option: PlotOption): DrawnLine[] {
  const { selected = {} } = (option.legend ?? {}) as {
    readonly selected?: Readonly<Record<string, boolean>>
  }
  return (option.series as readonly LineSeries[]).flatMap((series): DrawnLine[] => {
    const { type, name = '', silent = false, step, data = [], lineStyle = {} } = series
    if (type !== 'line' || silent || data.length === 0 || selected[name] === false) return []
    const { color = 'currentColor', type: pattern = 'solid', width = 1 } = lineStyle
    const points = data.map((each) => (isPoint(each) ? each : each.value))
    return [{ label: name, colour: color, pattern, width, stepped: step === 'end', points }]
  })
}

function isPoint(datum: Datum): datum is PlotPoint {
  return Array.isArray(datum)
}
