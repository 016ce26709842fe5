import type { PlotLine } from './plotData.ts'
import type { PlotTheme } from './plotTheme.ts'
import { shortened, textWidth } from './textFit.ts'

/** How large a legend is drawn. */
interface LegendView {
  readonly theme: PlotTheme
  readonly scale: number
}

type LegendOption = Readonly<Record<string, unknown>>

const dashedIcon = 'path://M0,0H6V4H0ZM9,0H15V4H9ZM18,0H24V4H18Z'
const fontSize = 11
const iconWidth = 18
/** ECharts' own, between an icon and its text, px at every scale. */
const iconGapPx = 5

/** Rows that the legend of a chart on the page will need, by an estimate of a narrow one's width; 3 at most, then it pages. */
export function pageLegendRows(lines: readonly PlotLine[]): 1 | 2 | 3 {
  const pixels = lines.reduce((sum, line) => sum + 6.3 * line.label.length + 36, 0)
  return pixels <= 360 ? 1 : pixels <= 680 ? 2 : 3
}

/** The legend of a chart on the page, which switches lines off and on. */
export function pageLegend(lines: readonly PlotLine[], view: LegendView): LegendOption {
  return {
    ...style(view),
    type: pageLegendRows(lines) > 2 ? 'scroll' : 'plain',
    top: 4 * view.scale,
    left: 16 * view.scale,
    right: 16 * view.scale,
    itemGap: 11 * view.scale,
    data: lines.map(entry),
    // each line by name: one that is merely left out would keep the state it was in
    selected: Object.fromEntries(lines.map((line) => [line.label, line.hidden !== true])),
    pageTextStyle: { color: view.theme.text },
  }
}

/** Where the legend of a picture lies, px. */
export interface LegendPlace {
  readonly left: number
  readonly top: number
  readonly width: number
}

/**
 * The whole legend of a picture, in as many rows as it needs: a legend for each line, at a place of its own, because without a
 * browser ECharts knows no text's width and would lay one upon the other.
 *
 * @returns the legends and their height, px
 */
export function pictureLegend(
  lines: readonly PlotLine[],
  view: LegendView,
  { left, top, width }: LegendPlace,
): { readonly legend: readonly LegendOption[]; readonly height: number } {
  const rowHeight = 20 * view.scale
  const entries = placed(
    lines.map((line) => line.label),
    { width, scale: view.scale },
  )
  const legend = lines.map((line, index) => {
    const { text = line.label, x = 0, row = 0 } = entries[index] ?? {}
    return {
      ...style(view),
      type: 'plain',
      left: left + x,
      top: top + row * rowHeight,
      padding: 0,
      itemGap: 0,
      textStyle: { ...textStyle(view), lineHeight: 16 * view.scale },
      data: [entry(line)],
      selectedMode: false,
      ...(text === line.label ? {} : { formatter: text }),
    }
  })
  return { legend, height: rowHeight * Math.max(1, ...entries.map(({ row }) => row + 1)) }
}

interface Entry {
  readonly text: string
  readonly x: number
  readonly row: number
}

/** In one row one after the other where they fit, else in columns as wide as the widest. */
function placed(labels: readonly string[], { width, scale }: { width: number; scale: number }): Entry[] {
  const gap = 20 * scale
  const icon = iconWidth * scale + iconGapPx
  // of many lines at least two stand in a row: a picture shows curves, not names
  const most = labels.length <= 4 ? width : (width - gap) / 2
  const texts = toldApart(labels, most - icon, fontSize * scale)
  const widths = texts.map((text) => icon + textWidth(text, fontSize * scale) + gap)
  const starts = widths.map((_, index) => widths.slice(0, index).reduce((sum, each) => sum + each, 0))
  const isOneRow = widths.reduce((sum, each) => sum + each, -gap) <= width
  const columnWidth = Math.max(...widths)
  // two halves make a whole row, whatever the rounding
  const columns = Math.max(1, Math.floor((width + gap) / columnWidth + 0.01))
  return texts.map((text, index) =>
    isOneRow
      ? { text, x: starts[index] ?? 0, row: 0 }
      : { text, x: (index % columns) * columnWidth, row: Math.floor(index / columns) },
  )
}

/** The labels, shortened where they are too long; numbered where two have become the same. */
function toldApart(labels: readonly string[], width: number, size: number): string[] {
  const cut = labels.map((label) => shortened(label, width, size))
  if (new Set(cut).size === new Set(labels).size) return cut
  return labels.map((label, index) => {
    const number = `${index + 1}. `
    return number + shortened(label, width - textWidth(number, size), size)
  })
}

function entry(line: PlotLine): { readonly name: string; readonly icon: string } {
  return { name: line.label, icon: line.dashed ? dashedIcon : 'rect' }
}

function style({ theme, scale }: LegendView): LegendOption {
  return {
    itemWidth: iconWidth * scale,
    itemHeight: 4 * scale,
    textStyle: textStyle({ theme, scale }),
  }
}

function textStyle({ theme, scale }: LegendView): LegendOption {
  return { color: theme.text, fontSize: fontSize * scale }
}
