import { lastBoxedAnswer } from './boxedAnswer.ts'

/** Where a source writes the known answer. */
export type GoldMarker = 'hash' | 'boxed'

/** The known answer of a worked solution: the last box, or what follows the last `####`; null where there is none. */
export function goldAnswer(solution: string, marker: GoldMarker): string | null {
  if (marker === 'boxed') return lastBoxedAnswer(solution)
  const at = solution.lastIndexOf('####')
  if (at < 0) return null
  const answer = (solution.slice(at + 4).split('\n', 1)[0] ?? '').trim()
  return answer === '' ? null : answer
}

/** The answer in a column of one's own file: a worked solution if it has a marker, else the text itself. */
export function goldAnswerOfText(text: string): string | null {
  if (text.includes('####')) return goldAnswer(text, 'hash')
  if (/\\(?:boxed|fbox)(?![a-zA-Z])/.test(text)) return goldAnswer(text, 'boxed')
  const answer = text.trim()
  return answer === '' ? null : answer
}
