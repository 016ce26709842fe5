import { lastBoxedAnswer } from '../../data/boxedAnswer.ts'
import { outsideThinking } from '../../data/thinking.ts'
import { numberOfLine } from './hashNumber.ts'

/**
 * The final answer of a completion. Looks at the policy's own text only (the caller passes no prompt: an
 * instruction's own empty box must never become the answer), and gives null rather than a guess: a reward
 * never falls back on "the last number".
 */
export type AnswerMarker = 'hash' | 'boxed'

/** End-of-message and padding tokens of the chat templates in use, should decoding have left them in. */
const specialTokens = /<\|[a-z_]+\|>|<｜[a-z▁]+｜>|<\/?s>|<(?:eos|bos|pad|end_of_turn)>/g

/**
 * @param text    what the policy wrote in one turn; a truncated turn has no answer and is not passed at all
 * @param marker  `boxed`: the last \boxed or \fbox with content. `hash`: the number on the last `####` line
 * @param startsInThinking  the prompt opened a thinking block, so that the text begins inside it
 * @returns the answer as written (`boxed`) or as a plain numeral such as `1234`, `-5`, `10%` (`hash`);
 *   thinking is never an answer, finished or not
 */
export function extractAnswer(text: string, marker: AnswerMarker, startsInThinking = false): string | null {
  // the marks of some thinking blocks look like special tokens
  const own = outsideThinking(text, startsInThinking).replace(specialTokens, ' ')
  switch (marker) {
    case 'boxed':
      return lastBoxedAnswer(own)
    case 'hash':
      return hashNumber(own)
  }
}

/**
 * The `####` number, or the box where the text has no `####` at all. For data whose prompt may ask for
 * either.
 */
export function extractEitherMarker(text: string): string | null {
  return extractAnswer(text, text.includes('####') ? 'hash' : 'boxed')
}

function hashNumber(text: string): string | null {
  const at = text.lastIndexOf('####')
  return at < 0 ? null : numberOfLine(text.slice(at + 4).split('\n', 1)[0])
}
