import type { DataReport } from '../../core/data/dataReport.ts'
import { shortened } from '../../shared/text/shortened.ts'
import { badRowsLine } from '../host/datasets/badRows.ts'

const filesShown = 20
const skippedShown = 5
const causesShown = 10
const examplesShown = 5

/**
 * What `recheck data check` prints: a line for each cause, and at the end counts that add up to the rows
 * read.
 */
export function dataReportText(report: DataReport, passed: boolean): string {
  const { files, skippedFiles, badRows, left } = report
  const lines = [
    ...files
      .slice(0, filesShown)
      .map(({ name, split, format, rows, bad }) => `${name}: ${split}, ${rows} rows, ${bad} bad (${format})`),
    ...rest(files.length - filesShown, 'files'),
    ...skippedLine(skippedFiles),
    ...badRows.slice(0, causesShown).map((bad) => `bad: ${badRowsLine(bad)}`),
    ...rest(badRows.length - causesShown, 'causes'),
    ...contradictionLines(report),
    ...overlapLines(report),
    ...Object.entries(report.warnings).map(([what, rows]) => `odd: ${rows} rows with ${what}`),
    ...tallied('subjects', report.subjects),
    ...tallied('levels', report.levels),
  ]
  const counts = [
    `${report.used} used`,
    `${left.bad} bad`,
    `${left.empty} empty`,
    `${left.copies} copies`,
    `${left.contradicting} with another answer`,
    `${left.overlapping} in two splits`,
  ]
  if (report.hasPromptLimit) counts.push(`${left.longPrompts} above the limit of tokens`)
  lines.push(`${report.rows} rows: ${counts.join(', ')}: ${passed ? 'usable' : 'NOT usable'}`)
  return lines.join('\n')
}

function rest(count: number, what: string): string[] {
  return count > 0 ? [`… ${count} more ${what}`] : []
}

function skippedLine(skipped: DataReport['skippedFiles']): string[] {
  if (skipped.length === 0) return []
  const shown = skipped.slice(0, skippedShown).map(({ name, reason }) => `${name} (${reason})`)
  const more = skipped.length > skippedShown ? ` and ${skipped.length - skippedShown} more` : ''
  return [`not read: ${shown.join(', ')}${more}`]
}

function contradictionLines({ contradictions, left }: DataReport): string[] {
  const shown = contradictions
    .slice(0, examplesShown)
    .map(
      ({ place, question, answer, first }) =>
        `two answers: ${place} says ${shortened(answer, 40)}, ${first} another, which counts: ${shortened(question)}`,
    )
  return shown.concat(rest(left.contradicting - shown.length, 'rows with another answer'))
}

function overlapLines({ overlaps, left }: DataReport): string[] {
  const shown = overlaps
    .slice(0, examplesShown)
    .map(({ place, heldOut, question }) => `also in ${heldOut}: ${place}: ${shortened(question)}`)
  return shown.concat(rest(left.overlapping - shown.length, 'rows in two splits'))
}

function tallied(name: string, counts: Readonly<Record<string, number>>): string[] {
  const entries = Object.entries(counts)
  return entries.length === 0
    ? []
    : [`${name}: ${entries.map(([value, rows]) => `${value} ${rows}`).join(', ')}`]
}
