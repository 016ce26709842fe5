import { plainLine } from './plainText.ts'

/** Columns of the same width under their titles; numbers of characters, not of bytes. */
export function formatTable(titles: readonly string[], texts: readonly (readonly string[])[]): string {
  const rows = texts.map((row) => row.map(plainLine))
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  return [titles, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
