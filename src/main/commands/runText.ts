import type { Run } from '../../shared/runs/records.ts'
import { plainLine } from '../../shared/text/plainText.ts'

/** To four significant digits; a dash for what is not there. */
export function formatValue(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : String(Number(value.toPrecision(4)))
}

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

/** How far a run is; without its end where that is not known, as with a budget of tokens. */
export function formatProgress({ stepsDone, totalSteps }: Pick<Run, 'stepsDone' | 'totalSteps'>): string {
  return totalSteps === 0 ? String(stepsDone) : `${stepsDone}/${totalSteps}`
}
