import { lastBoxedAnswer } from '../../data/boxedAnswer.ts'

/**
 * The final answer of a completion. Looks at the policy's own text only (the caller passes no prompt: an
 * instruction's own empty box must never become the answer), and gives null rather than a guess: a reward never
 * falls back on "the last number".
 */
export type AnswerMarker = 'hash' | 'boxed'

/** End-of-message and padding tokens of the chat templates in use, should decoding have left them in. */
const specialTokens = /<\|[a-z_]+\|>|<\/?s>|<(?:eos|bos|pad|end_of_turn)>/g

/**
 * @param text    what the policy wrote in one turn; a truncated turn has no answer and is not passed at all
 * @param marker  `boxed`: the last \boxed or \fbox. `hash`: the number on the last `####` line
 * @returns the answer as written (`boxed`) or as a plain numeral such as `1234`, `-5`, `10%` (`hash`)
 */
export function extractAnswer(text: string, marker: AnswerMarker): string | null {
  const own = text.replace(specialTokens, ' ')
  switch (marker) {
    case 'boxed':
      return lastBoxedAnswer(own)
    case 'hash':
      return hashNumber(own)
  }
}

/** The `####` number, or the box where the text has no `####` at all. For data whose prompt may ask for either. */
export function extractEitherMarker(text: string): string | null {
  return extractAnswer(text, text.includes('####') ? 'hash' : 'boxed')
}

/** Sign, currency and bold marks before the digits; a thousands comma stands before exactly three digits. */
const markedNumber =
  /^[\s:]*(?:\*\*|__|[`$€£¥\\\s(])*([-+\u2212\u2013]?)(?:\*\*|[$€£¥\\\s])*((?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)?(?:\.\d+)?)(?:[eE]([-+]?\d{1,3})(?![\d.]))?/

/** What makes the digits part of something that is not this number: a fraction, a time, a range, a sum, `12,34`. */
const goesOn =
  /^(?:\s*(?:[/:^×+*\u2212\u2013-]|\\times|\\cdot|\\div)\s*[\d(\\$]|\s+\d+\s*\/\s*\d|,\d|\.\d|\\frac)/

function hashNumber(text: string): string | null {
  const at = text.lastIndexOf('####')
  if (at < 0) return null
  const line = text.slice(at + 4).split('\n', 1)[0] ?? ''
  const match = markedNumber.exec(line)
  const digits = match?.[2]
  if (!match || !digits) return null
  const rest = line.slice(match[0].length)
  if (goesOn.test(rest)) return null
  const sign = match[1] === '' || match[1] === '+' ? '' : '-'
  const exponent = match[3] === undefined ? '' : `e${match[3]}`
  const percent = /^\s*\\?%/.test(rest) ? '%' : ''
  return `${sign}${digits.replaceAll(',', '')}${exponent}${percent}`
}
