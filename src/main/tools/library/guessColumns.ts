import type { DataColumns } from '../../../shared/routes/library/dataImport.ts'

/** What columns are called, likeliest first. */
const names: Readonly<Record<keyof DataColumns, readonly string[]>> = {
  question: ['question', 'problem', 'prompt', 'frage', 'aufgabe', 'instruction', 'input', 'query', 'text'],
  answer: [
    'answer',
    'solution',
    'final_answer',
    'target',
    'antwort',
    'lösung',
    'output',
    'response',
    'label',
  ],
  subject: ['subject', 'type', 'topic', 'category', 'fach', 'thema'],
  level: ['level', 'difficulty', 'grade', 'stufe', 'schwierigkeit'],
}

/** The likeliest columns by their names; null where none looks like a question, or none like an answer. */
export function guessColumns(columns: readonly string[]): DataColumns | null {
  const find = (part: keyof DataColumns): string | null => {
    for (const name of names[part]) {
      const same = columns.find((column) => column.trim().toLowerCase() === name)
      if (same !== undefined) return same
    }
    return columns.find((column) => names[part].some((name) => column.toLowerCase().includes(name))) ?? null
  }
  const [question, answer] = [find('question'), find('answer')]
  if (question === null || answer === null || question === answer) return null
  const other = (column: string | null): string | null =>
    column === question || column === answer ? null : column
  return { question, answer, subject: other(find('subject')), level: other(find('level')) }
}
