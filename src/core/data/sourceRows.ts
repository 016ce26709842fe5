import { canonicalQuestion } from './canonicalQuestion.ts'
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

export type ReadRow =
  { readonly kind: 'problem'; readonly problem: Problem } | { readonly kind: 'bad'; readonly reason: string }

/** The layout whose columns a row has, or null. */
export function detectLayout(row: SourceRow): RowLayout | null {
  const has = (...columns: readonly string[]): boolean => columns.every((column) => column in row)
  if (has('problem', 'solution') || has('problem', 'answer')) return { kind: 'math' }
  if (!has('question', 'answer')) return null
  if (typeof row.answer === 'string' && row.answer.includes('####')) return { kind: 'gsm8k' }
  const optional = (column: string): string | null => (column in row ? column : null)
  return {
    kind: 'fields',
    question: 'question',
    answer: 'answer',
    subject: optional('subject'),
    level: optional('level'),
  }
}

/** @param id  of the problem unless the row brings its own (`unique_id`) */
export function readRow(row: SourceRow, layout: RowLayout, id: string): ReadRow {
  switch (layout.kind) {
    case 'math':
      return readMathRow(row, id)
    case 'gsm8k': {
      const answer = textOf(row.answer)
      return makeProblem(id, {
        question: row.question,
        answer: answer === null ? null : goldAnswer(answer, 'hash'),
        missing: 'no "####" with an answer after it in the column "answer"',
        subject: null,
        level: null,
      })
    }
    case 'fields': {
      const answer = textOf(row[layout.answer])
      return makeProblem(id, {
        question: row[layout.question],
        answer: answer === null ? null : goldAnswerOfText(answer),
        missing: `no answer in the column "${layout.answer}"`,
        subject: layout.subject === null ? null : textOf(row[layout.subject]),
        level: layout.level === null ? null : textOf(row[layout.level]),
      })
    }
  }
}

function readMathRow(row: SourceRow, id: string): ReadRow {
  const own = textOf(row.unique_id)
  const solution = textOf(row.solution)
  return makeProblem(own === null ? id : `math:${own}`, {
    question: row.problem,
    answer: textOf(row.answer) ?? (solution === null ? null : goldAnswer(solution, 'boxed')),
    missing: 'no box with an answer in the column "solution" and no column "answer"',
    subject: textOf(row.subject) ?? textOf(row.type),
    // "Level 5" and 5 are one level
    level: textOf(row.level)?.replace(/^level\s+/i, '') ?? null,
  })
}

interface RowParts {
  readonly question: unknown
  readonly answer: string | null
  /** What to say where there is no answer. */
  readonly missing: string
  readonly subject: string | null
  readonly level: string | null
}

function makeProblem(id: string, { question, answer, missing, subject, level }: RowParts): ReadRow {
  const text = textOf(question)
  if (text === null) return { kind: 'bad', reason: 'no question' }
  if (answer === null) return { kind: 'bad', reason: missing }
  const canonical = canonicalQuestion(text)
  if (canonical === '') return { kind: 'bad', reason: 'the question has no letters and no digits' }
  return { kind: 'problem', problem: { id, question: text, answer, canonical, subject, level } }
}

/** A cell as text; null for an empty cell, a missing column, and anything that is neither text nor a number. */
function textOf(cell: unknown): string | null {
  if (typeof cell === 'number' || typeof cell === 'bigint') return String(cell)
  if (typeof cell !== 'string') return null
  const text = cell.trim()
  return text === '' ? null : text
}
