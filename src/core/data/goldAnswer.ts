import { lastBoxedAnswer } from './boxedAnswer.ts'
import { outsideThinking } from './thinking.ts'

/** Where a source writes the known answer. */
export type GoldMarker = 'hash' | 'boxed'

/**
 * The known answer of a worked solution: the last box, or what follows the last `####`, thinking blocks left
 * out; null where there is none.
 */
export function goldAnswer(solution: string, marker: GoldMarker): string | null {
  const outside = outsideThinking(solution)
  if (marker === 'boxed') return lastBoxedAnswer(outside)
  const at = outside.lastIndexOf('####')
  if (at < 0) return null
  const answer = (outside.slice(at + 4).split('\n', 1)[0] ?? '').trim()
  return answer === '' ? null : answer
}

/** The answer in a column of one's own file: a worked solution if it has a marker, else the text itself. */
export function goldAnswerOfText(text: string): string | null {
  if (text.includes('####')) return goldAnswer(text, 'hash')
  if (/\\(?:boxed|fbox|framebox)(?![a-zA-Z])/.test(text)) return goldAnswer(text, 'boxed')
  const answer = text.trim()
  return answer === '' ? null : answer
}
