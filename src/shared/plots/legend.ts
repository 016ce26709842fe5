import type { LinePattern } from './linePattern.ts'
import type { PlotLine } from './plotData.ts'
import type { PlotTheme } from './plotTheme.ts'
import { shortened, textWidth } from './textFit.ts'

/** What a legend names: a line of the plot, or a threshold across it. */
export type LegendEntry = Pick<PlotLine, 'label' | 'pattern' | 'hidden'>

/** How large a legend is drawn. */
interface LegendView {
  readonly theme: PlotTheme
  readonly scale: number
}

type LegendOption = Readonly<Record<string, unknown>>

const icons: Readonly<Record<LinePattern, string>> = {
  solid: 'rect',
  dashed: 'path://M0,0H6V4H0ZM9,0H15V4H9ZM18,0H24V4H18Z',
  dotted: 'path://M0,0H3V4H0ZM7,0H10V4H7ZM14,0H17V4H14ZM21,0H24V4H21Z',
}
const fontSize = 11
const iconWidth = 18
/** ECharts' own, between an icon and its text, px at every scale. */
const iconGapPx = 5
/** Between the entries of a picture's legend, and between its rows. */
const itemGap = 8
const textHeight = 14

/**
 * Rows that the legend of a chart on the page will need, by an estimate of a narrow one's width; 3 at most,
 * then it pages.
 */
export function pageLegendRows(lines: readonly LegendEntry[]): 1 | 2 | 3 {
  const pixels = lines.reduce((sum, line) => sum + 6.3 * line.label.length + 36, 0)
  return pixels <= 360 ? 1 : pixels <= 680 ? 2 : 3
}

/** The legend of a chart on the page, which switches lines off and on. */
export function pageLegend(lines: readonly LegendEntry[], view: LegendView): LegendOption {
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

/** The legend of a picture: as many rows as its names need, which ECharts lays out. */
export function pictureLegend(
  lines: readonly LegendEntry[],
  view: LegendView,
  place: LegendArea,
): LegendOption {
  return {
    ...style(view),
    type: 'plain',
    left: place.left,
    top: place.top,
    width: place.width,
    padding: 0,
    itemGap: itemGap * view.scale,
    textStyle: { ...textStyle(view), lineHeight: textHeight * view.scale },
    data: lines.map(entry),
    selectedMode: false,
  }
}

/** Where the legend of a picture lies, px. */
export interface LegendArea {
  readonly left: number
  readonly top: number
  readonly width: number
}

/** The height that a legend takes with the widest of the fonts that a picture may be drawn with, px. */
export function pictureLegendHeight(labels: readonly string[], width: number, scale: number): number {
  let rows = 1
  let x = 0
  for (const label of labels) {
    const itemWidth = iconWidth * scale + iconGapPx + textWidth(label, fontSize * scale)
    if (x > 0 && x + itemWidth > width) {
      rows += 1
      x = 0
    }
    x += itemWidth + itemGap * scale
  }
  return rows * (textHeight + itemGap) * scale
}

/**
 * Lines under names that a picture can hold: shortened where they are too long, numbered where two have
 * become the same. Of many lines at least two stand in a row: a picture shows curves, not names.
 */
export function withPictureLabels(lines: readonly PlotLine[], width: number, scale: number): PlotLine[] {
  const icon = iconWidth * scale + iconGapPx
  const most = (lines.length <= 4 ? width : (width - itemGap * scale) / 2) - icon
  const labels = toldApart(
    lines.map((line) => line.label),
    most,
    fontSize * scale,
  )
  return lines.map((line, index) => ({ ...line, label: labels[index] ?? line.label }))
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

function entry(line: LegendEntry): { readonly name: string; readonly icon: string } {
  return { name: line.label, icon: icons[line.pattern ?? 'solid'] }
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
