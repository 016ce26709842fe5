import type { DataReport } from '../../../core/data/dataReport.ts'
import { formatCount } from '../../../shared/text/format.ts'
import { plainText } from '../../../shared/text/plainText.ts'
import { badRowsLine } from '../../host/datasets/badRows.ts'

/** As `recheck data check` decides: at most one row in a hundred may be bad. */
const mostBadShare = 0.01

/** Why problem files cannot be used, in a sentence; null where they can. */
export function refusalOf({ rows, used, left, overlaps }: DataReport): string | null {
  if (used === 0) return 'No row of the file makes a problem with these columns.'
  if (left.bad > mostBadShare * rows)
    return `${formatCount(left.bad)} of ${formatCount(rows)} rows cannot be used, more than one in a hundred. Correct them, or choose other columns.`
  const [overlap] = overlaps
  if (overlap === undefined) return null
  return plainText(
    `${formatCount(left.overlapping)} rows stand in more than one split, the first at ${overlap.place} and in ${overlap.heldOut}. Take them out of the training files.`,
  )
}

/** What is to be said of problem files, a sentence each: rows that are used, bad ones with their places, odd ones. */
export function notesOf({
  rows,
  used,
  left,
  badRows,
  contradictions,
  warnings,
}: DataReport): readonly string[] {
  const [contradiction] = contradictions
  return [
    `${formatCount(used)} of ${formatCount(rows)} rows make a problem.`,
    ...badRows.map(badRowsLine),
    left.copies > 0 ? `${formatCount(left.copies)} rows are copies of earlier ones.` : null,
    contradiction === undefined
      ? null
      : `${formatCount(left.contradicting)} rows repeat a question with another answer, the first at ${contradiction.place}; the answer at ${contradiction.first} counts.`,
    left.empty > 0 ? `${formatCount(left.empty)} rows are empty.` : null,
    ...Object.entries(warnings).map(([warning, count]) => `${warning}: ${formatCount(count)} rows.`),
  ]
    .filter((note) => note !== null)
    .map((note) => plainText(note))
}
