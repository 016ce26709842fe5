import { pictureLegend, pictureLegendHeight, type LegendEntry } from './legend.ts'
import type { PlotTheme } from './plotTheme.ts'
import { shortened, textWidth, wrapped } from './textFit.ts'

/** Logical size of an exported plot, px at 1×. */
export const pictureSize = { width: 1200, height: 800 } as const

/** Whose numbers a picture shows. */
export interface Stamp {
  readonly name: string
  /** Config hash and whatever else says which run it is: never shortened. */
  readonly proof: string
}

export interface Picture {
  /** In the picture's own px, which `PlotView.scale` does not change. */
  readonly width: number
  readonly stamps: readonly Stamp[]
}

export interface PictureView {
  readonly theme: PlotTheme
  readonly scale: number
  readonly picture: Picture
}

/** What stands around the plotted area of a picture, and the room that it takes above and below, px. */
export interface PictureFrame {
  readonly title: unknown
  readonly legend: unknown
  readonly graphic: readonly unknown[]
  readonly top: number
  readonly bottom: number
}

/** All in the unit that `PlotView.scale` multiplies. */
const titleSize = 18
const titleLineHeight = 22
const noteSize = 11
const noteLineHeight = 15
const mostNoteLines = 4
const stampSize = 10
const stampLineHeight = 14
const mostStampLines = 8

/** Bold type is up to so much wider than what `textWidth` reckons. */
const boldShare = 1.15

/** Room at either side of a picture, in the unit that `PlotView.scale` multiplies. */
export const pictureSide = 16

/**
 * Title, note, legend and stamps of a picture: complete where they fit, shortened where not, never upon one
 * another.
 */
export function pictureFrame(
  words: { readonly title: string; readonly note: string },
  lines: readonly LegendEntry[],
  view: PictureView,
): PictureFrame {
  const { scale } = view
  const left = pictureSide * scale
  const width = view.picture.width - 2 * left
  const note = atMost(mostNoteLines, wrapped(words.note, width, noteSize * scale))
  const legendTop = (51 + noteLineHeight * note.length) * scale
  const labels = lines.map((line) => line.label)
  const stamp = stampLines(view.picture.stamps, width, stampSize * scale)
  return {
    title: title(shortened(words.title, width / boldShare, titleSize * scale), note, view),
    legend: pictureLegend(lines, view, { left, top: legendTop, width }),
    graphic: stamp.length === 0 ? [] : [stampText(stamp, view)],
    top: legendTop + pictureLegendHeight(labels, width, scale) + 10 * scale,
    bottom: (50 + stampLineHeight * stamp.length) * scale,
  }
}

function title(text: string, note: readonly string[], { theme, scale }: PictureView): unknown {
  return {
    text,
    subtext: note.join('\n'),
    left: pictureSide * scale,
    top: 8 * scale,
    padding: 0,
    itemGap: 4 * scale,
    // its height is the same however a font's is measured
    textStyle: {
      fontSize: titleSize * scale,
      lineHeight: titleLineHeight * scale,
      fontWeight: 600,
      color: theme.text,
    },
    subtextStyle: {
      fontSize: noteSize * scale,
      lineHeight: noteLineHeight * scale,
      color: theme.mutedText,
    },
  }
}

/** The first lines; that there were more is said by an ellipsis. */
function atMost(count: number, lines: readonly string[]): string[] {
  if (lines.length <= count) return [...lines]
  return [...lines.slice(0, count - 1), `${(lines[count - 1] ?? '').replace(/\s*\S*$/, '')} …`]
}

/**
 * One after the other, as many to a line as it holds; with shortened names where that would take the picture.
 */
function stampLines(stamps: readonly Stamp[], width: number, fontSize: number): string[] {
  const whole = flowed(
    stamps.map(({ name, proof }) => `${name} · ${proof}`),
    width,
    fontSize,
  )
  if (whole.length <= mostStampLines) return whole
  const cut = stamps.map(({ name, proof }) => {
    const end = ` · ${proof}`
    return shortened(name, width - textWidth(end, fontSize), fontSize) + end
  })
  return flowed(cut, width, fontSize)
}

function flowed(texts: readonly string[], width: number, fontSize: number): string[] {
  return texts.reduce<string[]>((lines, text) => {
    const last = lines.at(-1)
    const joined = `${last ?? ''}     ${text}`
    return last !== undefined && textWidth(joined, fontSize) <= width
      ? [...lines.slice(0, -1), joined]
      : [...lines, ...wrapped(text, width, fontSize)]
  }, [])
}

function stampText(lines: readonly string[], { theme, scale }: PictureView): unknown {
  return {
    type: 'text',
    // from the left: an end that is reckoned from the right moves with the width of the font
    left: pictureSide * scale,
    bottom: 6 * scale,
    style: {
      text: lines.join('\n'),
      fill: theme.mutedText,
      fontSize: stampSize * scale,
      lineHeight: stampLineHeight * scale,
      fontFamily: theme.fontFamily,
    },
  }
}
