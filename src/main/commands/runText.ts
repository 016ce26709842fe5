import type { Run } from '../../shared/records.ts'
import { oneLine } from '../host/machine/terminalText.ts'

/** `3.4 MB`; decimal units. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1000 ** power).toFixed(1)} ${units[power]}`
}

/** `2026-07-27 10:15`, UTC. */
export function formatTime(ms: number | null): string {
  return ms === null ? '–' : new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
}

/** To four significant digits; a dash for what is not there. */
export function formatValue(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : String(Number(value.toPrecision(4)))
}

/** Columns of the same width under their titles; numbers of characters, not of bytes. */
export function formatTable(titles: readonly string[], texts: readonly (readonly string[])[]): string {
  const rows = texts.map((row) => row.map(oneLine))
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

/** How far a run is. */
export function formatProgress({ stepsDone, totalSteps }: Pick<Run, 'stepsDone' | 'totalSteps'>): string {
  return `${stepsDone}/${totalSteps}`
}
