import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { explainAgreement } from './compare.ts'
import type { AnswerMarker } from './extract.ts'
import { extractAnswer, extractEitherMarker } from './extract.ts'

export interface GradedRow {
  /** Of the file, from 1; the header is line 1. */
  readonly line: number
  readonly expected: boolean
  readonly got: boolean
  /** The row's own remark, then the rule that decided. */
  readonly why: string
}

export interface GradedTable {
  readonly total: number
  /** Rows where the grader decides as the table expects. */
  readonly agree: number
  readonly rows: readonly GradedRow[]
}

/**
 * Grades a table of pairs. Three layouts, told apart by the header:
 *
 *   … gold, prediction, equal, why predictions already extracted, backslashes literal; grader `math` … gold,
 *   text_ends_with, equal, why how a completion ends, `\n` is a newline; extracted, then grader `number`
 *   marker, gold, text, equal, why a completion and its marker: `boxed` (grader `math`) or `hash` (`number`)
 *
 * @param name  of the file, for messages
 * @throws RecheckError `grade.header`, `grade.row`
 */
export function gradeTable(text: string, name: string): GradedTable {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  const columns = readHeader(lines[0] ?? '', name)
  const rows = lines
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line, number }) => number > 1 && line.trim() !== '')
    .map(({ line, number }) => gradeRow(line.split('\t'), columns, { name, line: number }))
  return { total: rows.length, agree: rows.filter(({ expected, got }) => expected === got).length, rows }
}

interface Columns {
  readonly gold: number
  readonly answer: number
  readonly equal: number
  readonly why: number
  readonly isCompletion: boolean
  /** −1 where the table has none. */
  readonly marker: number
}

function readHeader(header: string, name: string): Columns {
  const names = header.split('\t').map((column) => column.trim().toLowerCase())
  const place = (column: string): number => names.indexOf(column)
  const marker = place('marker')
  const completion = marker >= 0 ? place('text') : place('text_ends_with')
  const isCompletion = completion >= 0
  const answer = isCompletion ? completion : place('prediction')
  const [gold, equal] = [place('gold'), place('equal')]
  if (gold >= 0 && answer >= 0 && equal >= 0)
    return { gold, answer, equal, why: place('why'), isCompletion, marker }
  throw new RecheckError(
    'grade.header',
    `${name}: expected a header with the columns gold, prediction (or text_ends_with, or marker and text) and equal, ` +
      `separated by tabs, got "${header}".`,
  )
}

interface RowLocation {
  readonly name: string
  readonly line: number
}

function gradeRow(cells: readonly string[], columns: Columns, { name, line }: RowLocation): GradedRow {
  const [gold, answer, equal] = [cells[columns.gold], cells[columns.answer], cells[columns.equal]?.trim()]
  if (gold === undefined || answer === undefined || (equal !== '0' && equal !== '1')) {
    throw new RecheckError(
      'grade.row',
      `${name}:${line}: expected a known answer, an answer and 1 or 0 under "equal", got ${JSON.stringify(cells)}.`,
    )
  }
  const { agrees, reason } = columns.isCompletion
    ? gradeCompletion(gold, answer, readMarker(cells[columns.marker], `${name}:${line}`))
    : explainAgreement(gold, answer, 'math')
  const remark = cells[columns.why]?.trim()
  return {
    line,
    expected: equal === '1',
    got: agrees,
    why: remark ? `${remark}: ${reason}` : reason,
  }
}

/** @returns null where the table names no marker: either of them counts */
function readMarker(cell: string | undefined, where: string): AnswerMarker | null {
  if (cell === undefined || cell === 'hash' || cell === 'boxed') return cell ?? null
  throw new RecheckError(
    'grade.row',
    `${where}: expected "hash" or "boxed" under "marker", got ${JSON.stringify(cell)}.`,
  )
}

function gradeCompletion(
  gold: string,
  completion: string,
  marker: AnswerMarker | null,
): { agrees: boolean; reason: string } {
  const text = completion.replaceAll('\\n', '\n')
  const answer = marker === null ? extractEitherMarker(text) : extractAnswer(text, marker)
  if (answer === null) return { agrees: false, reason: 'no marked answer' }
  return explainAgreement(gold, answer, marker === 'boxed' ? 'math' : 'number')
}
