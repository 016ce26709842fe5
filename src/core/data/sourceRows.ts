import { answerHash } from './answerHash.ts'
import { canonicalQuestion } from './canonicalQuestion.ts'
import { readCell, textOfCell } from './cellText.ts'
import { goldAnswer, goldAnswerOfText } from './goldAnswer.ts'
import type { Problem } from './problem.ts'

/** One row of a file, as its format gives it. */
export type SourceRow = Readonly<Record<string, unknown>>

/**
 * How a source names its columns. `math`: problem, solution, level, type; MATH-500 and its kin add answer,
 * subject and unique_id. `gsm8k`: question, answer with `####`. `fields`: a file of one's own.
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

export type ReadRow =
  | {
      readonly kind: 'problem'
      readonly problem: Problem
      /** A cell beside question and answer that is not read, and what it holds. */
      readonly odd: string | null
    }
  | BadRow

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
 * The columns that a layout reads. `needed`: each of these, or one of several. `optional`: looked at where
 * they are there.
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
        labels: { subject: [], level: [] },
      })
    case 'fields':
      return makeProblem(row, {
        id,
        question: layout.question,
        answer: { column: layout.answer, find: goldAnswerOfText, none: 'no answer after its marker' },
        labels: {
          subject: layout.subject === null ? [] : [layout.subject],
          level: layout.level === null ? [] : [layout.level],
        },
      })
  }
}

function readMathRow(row: SourceRow, id: string): ReadRow {
  const ownId = textOfCell(row.unique_id)
  const isGiven = readCell(row.answer).kind !== 'none'
  const read = makeProblem(row, {
    id: ownId === null ? id : `math:${ownId}`,
    question: 'problem',
    answer: isGiven
      ? { column: 'answer', find: (text) => text, none: '' }
      : {
          column: 'solution',
          find: (text) => goldAnswer(text, 'boxed'),
          none: 'no box with an answer, and there is no column "answer"',
        },
    labels: { subject: ['subject', 'type'], level: ['level'] },
  })
  if (read.kind === 'bad') return read
  const { problem } = read
  const solution = isGiven ? textOfCell(row.solution) : null
  const boxed = solution === null ? null : goldAnswer(solution, 'boxed')
  const isOther = boxed !== null && answerHash(boxed) !== answerHash(problem.answer)
  return {
    kind: 'problem',
    // "Level 5" and 5 are one level
    problem: { ...problem, level: problem.level?.replace(/^level\s+/i, '') ?? null },
    odd: isOther
      ? 'another answer in the column "answer", which counts, than in the box of the solution'
      : read.odd,
  }
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
  /** Columns of which the first that holds a text counts. */
  readonly labels: { readonly subject: readonly string[]; readonly level: readonly string[] }
}

function makeProblem(row: SourceRow, { id, question, answer, labels }: RowParts): ReadRow {
  const text = readColumn(row, question, 'question')
  if (typeof text !== 'string') return text
  const known = readColumn(row, answer.column, 'answer')
  if (typeof known !== 'string') return known
  const found = answer.find(known)
  if (found === null) return bad(`${answer.none} in the column "${answer.column}"`)
  const canonical = canonicalQuestion(text)
  if (!/[\p{L}\p{N}]/u.test(canonical)) return bad('the question has no letters and no digits')
  const subject = readLabel(row, labels.subject)
  const level = readLabel(row, labels.level)
  return {
    kind: 'problem',
    problem: {
      id,
      question: text,
      answer: own(found, known),
      canonical,
      subject: subject.text,
      level: level.text,
    },
    odd: subject.odd ?? level.odd,
  }
}

function readLabel(
  row: SourceRow,
  columns: readonly string[],
): { readonly text: string | null; readonly odd: string | null } {
  let odd: string | null = null
  for (const column of columns) {
    const cell = readCell(Object.hasOwn(row, column) ? row[column] : null)
    if (cell.kind === 'text') return { text: cell.text, odd: null }
    if (cell.kind === 'other') odd = `${cell.holds} in the column "${column}", which is not read`
  }
  return { text: null, odd }
}

/** A part of a long text by itself: what is cut out of a text keeps all of it in memory. */
function own(part: string, whole: string): string {
  return whole.length - part.length < 4096 ? part : (JSON.parse(JSON.stringify(part)) as string)
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
