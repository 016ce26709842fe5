import type { WarmUpRow } from './warmUpRow.ts'

/** Conversations that share a row, one behind the other. */
export interface SharedRow extends WarmUpRow {
  /** Which conversation each id belongs to, from 1 on: attention stays within one. */
  readonly segments: Float32Array
}

/**
 * Joins short conversations to rows of at most `longest` tokens: the longest first, each into the first row
 * with room for it (first-fit decreasing). No conversation is cut.
 *
 * @param longest  at least as long as the longest conversation
 */
export function packedRows(rows: readonly WarmUpRow[], longest: number): readonly SharedRow[] {
  const shared: { room: number; readonly rows: WarmUpRow[] }[] = []
  for (const row of rows.toSorted((a, b) => b.ids.length - a.ids.length)) {
    const place = shared.find(({ room }) => room >= row.ids.length)
    if (place === undefined) shared.push({ room: longest - row.ids.length, rows: [row] })
    else {
      place.room -= row.ids.length
      place.rows.push(row)
    }
  }
  return shared.map(({ rows: together }) => joined(together))
}

function joined(rows: readonly WarmUpRow[]): SharedRow {
  const length = rows.reduce((sum, { ids }) => sum + ids.length, 0)
  const [ids, segments] = [new Int32Array(length), new Float32Array(length)]
  const spans: { start: number; end: number }[] = []
  let at = 0
  rows.forEach((row, index) => {
    ids.set(row.ids, at)
    segments.fill(index + 1, at, at + row.ids.length)
    for (const { start, end } of row.spans) spans.push({ start: at + start, end: at + end })
    at += row.ids.length
  })
  return { ids, spans, segments }
}
