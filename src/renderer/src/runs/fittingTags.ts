import { runColumns } from './rows.ts'

/** Of a badge at the usual size of type: a letter, its two ends, and the gap to the next one. */
const letterPx = 6.2
const endsPx = 14
const gapPx = 4

/** The first tags that the column has room for, at least one, and how many it has not. */
export function fittingTags(tags: readonly string[]): {
  readonly shown: readonly string[]
  readonly rest: number
} {
  const room = (runColumns.find(({ id }) => id === 'tags')?.width ?? 0) - 16
  const widthOf = (shown: readonly string[]): number =>
    shown.reduce((sum, tag) => sum + letterPx * tag.length + endsPx + gapPx, 0) - gapPx
  for (let count = tags.length; count > 1; count--) {
    const shown = tags.slice(0, count)
    const all = count === tags.length ? shown : [...shown, `+${tags.length - count}`]
    if (widthOf(all) <= room) return { shown, rest: tags.length - count }
  }
  return { shown: tags.slice(0, 1), rest: Math.max(0, tags.length - 1) }
}
