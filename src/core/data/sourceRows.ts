import { canonicalQuestion } from './canonicalQuestion.ts'
import { readCell, textOfCell } from './cellText.ts'
import { goldAnswer, goldAnswerOfText } from './goldAnswer.ts'
import type { Problem } from './problem.ts'

/** One row of a file, as its format gives it. */
export type SourceRow = Readonly<Record<string, unknown>>

/**
 * How a source names its columns. `math`: problem, solution, level, type; MATH-500 and its kin add answer, subject and
 * unique_id. `gsm8k`: question, answer with `####`. `fields`: a file of one's own.
 */
export type RowLayout =
  | { readonly kind: 'math' }
  | { readonly kind: 'gsm8k' }
  | {
      readonly kind: 'fields'
      readonly question: string
      readonly answer: string
      readonly subject: string | null
      readonly level: string | null
    }

/** `cause` is the same for all rows that are bad for the same reason, `detail` is about this one. */
export interface BadRow {
  readonly kind: 'bad'
  readonly cause: string
  readonly detail: string | null
}

export type ReadRow = { readonly kind: 'problem'; readonly problem: Problem } | BadRow

/** The layout whose columns a row has, or null. */
export function detectLayout(row: SourceRow): RowLayout | null {
  const has = (...columns: readonly string[]): boolean =>
    columns.every((column) => Object.hasOwn(row, column))
  if (has('problem', 'solution') || has('problem', 'answer')) return { kind: 'math' }
  if (!has('question', 'answer')) return null
  if (typeof row.answer === 'string' && row.answer.includes('####')) return { kind: 'gsm8k' }
  return { kind: 'fields', question: 'question', answer: 'answer', subject: 'subject', level: 'level' }
}

/**
 * The columns that a layout reads. `needed`: each of these, or one of several. `optional`: looked at where they are
 * there.
 */
export interface LayoutColumns {
  readonly needed: readonly (readonly string[])[]
  readonly optional: readonly string[]
}

/** Columns of every layout that can be found out from a first row. */
export const detectableColumns: readonly string[] = [
  'problem',
  'solution',
  'question',
  'answer',
  'subject',
  'type',
  'level',
  'unique_id',
]

/** @param isNamed whether someone named these columns; then each of them has to be there */
export function columnsOf(layout: RowLayout, isNamed: boolean): LayoutColumns {
  switch (layout.kind) {
    case 'math':
      return {
        needed: [['problem'], ['answer', 'solution']],
        optional: ['subject', 'type', 'level', 'unique_id'],
      }
    case 'gsm8k':
      return { needed: [['question'], ['answer']], optional: [] }
    case 'fields': {
      const more = [layout.subject, layout.level].filter((column) => column !== null)
      const needed = [[layout.question], [layout.answer]]
      return isNamed
        ? { needed: needed.concat(more.map((column) => [column])), optional: [] }
        : { needed, optional: more }
    }
  }
}

/** @param id  of the problem unless the row brings its own (`unique_id`) */
export function readRow(row: SourceRow, layout: RowLayout, id: string): ReadRow {
  switch (layout.kind) {
    case 'math':
      return readMathRow(row, id)
    case 'gsm8k':
      return makeProblem(row, {
        id,
        question: 'question',
        answer: {
          column: 'answer',
          find: (text) => goldAnswer(text, 'hash'),
          none: 'no "####" with an answer after it',
        },
        subject: null,
        level: null,
      })
    case 'fields':
      return makeProblem(row, {
        id,
        question: layout.question,
        answer: { column: layout.answer, find: goldAnswerOfText, none: 'no answer after its marker' },
        subject: layout.subject === null ? null : textOfCell(row[layout.subject]),
        level: layout.level === null ? null : textOfCell(row[layout.level]),
      })
  }
}

function readMathRow(row: SourceRow, id: string): ReadRow {
  const own = textOfCell(row.unique_id)
  const isGiven = readCell(row.answer).kind !== 'none'
  return makeProblem(row, {
    id: own === null ? id : `math:${own}`,
    question: 'problem',
    answer: isGiven
      ? { column: 'answer', find: (text) => text, none: '' }
      : {
          column: 'solution',
          find: (text) => goldAnswer(text, 'boxed'),
          none: 'no box with an answer, and there is no column "answer"',
        },
    subject: textOfCell(row.subject) ?? textOfCell(row.type),
    // "Level 5" and 5 are one level
    level: textOfCell(row.level)?.replace(/^level\s+/i, '') ?? null,
  })
}

interface RowParts {
  readonly id: string
  readonly question: string
  readonly answer: {
    readonly column: string
    /** The answer in the text of the cell. */
    readonly find: (text: string) => string | null
    /** What to say where there is none. */
    readonly none: string
  }
  readonly subject: string | null
  readonly level: string | null
}

function makeProblem(row: SourceRow, { id, question, answer, subject, level }: RowParts): ReadRow {
  const text = readColumn(row, question, 'question')
  if (typeof text !== 'string') return text
  const known = readColumn(row, answer.column, 'answer')
  if (typeof known !== 'string') return known
  const found = answer.find(known)
  if (found === null) return bad(`${answer.none} in the column "${answer.column}"`)
  const canonical = canonicalQuestion(text)
  if (!/[\p{L}\p{N}]/u.test(canonical)) return bad('the question has no letters and no digits')
  return { kind: 'problem', problem: { id, question: text, answer: found, canonical, subject, level } }
}

function readColumn(row: SourceRow, column: string, what: 'question' | 'answer'): string | BadRow {
  const cell = readCell(Object.hasOwn(row, column) ? row[column] : null)
  switch (cell.kind) {
    case 'text':
      return cell.text
    case 'none':
      return bad(`no ${what} in the column "${column}"`)
    case 'other':
      return bad(`the column "${column}" holds ${cell.holds}, expected text or a number`)
  }
}

function bad(cause: string): BadRow {
  return { kind: 'bad', cause, detail: null }
}
