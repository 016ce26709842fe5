import { RecheckError } from '../../shared/errors/recheckError.ts'
import { thinkingMarks } from '../data/thinking.ts'

/** Stands in for what the model will write, while its chat template is asked what comes after that. */
export const standIn = 'RECHECK-COMPLETION'

/** What is done where the chat template would strip what the model thought in an earlier turn. */
export type EarlierThinking = 'refuse' | 'keep'

/** Completions that think first: many chat templates strip the thinking once another turn follows. */
export const thinkingStandIns: readonly string[] = thinkingMarks.map(
  ([open, close]) => `${open}\nRECHECK-THOUGHT\n${close}\n\n${standIn}`,
)

/**
 * What a template writes between a completion and the next one.
 *
 * @param prompt  the conversation up to the completion, as the model sees it
 * @param whole   the conversation up to the next completion, rendered with `completion` for this one
 * @returns null where the template rewrites the prompt or the completion
 */
export function textAfter(prompt: string, whole: string, completion: string): string | null {
  const before = prompt + completion
  return whole.startsWith(before) ? whole.slice(before.length) : null
}

/**
 * The same where the template strips thinking: it may leave out an opening mark with which the prompt ends.
 * The completion stays as it was sampled, so only what comes after it is used.
 */
export function textAfterThinking(prompt: string, whole: string): string | null {
  const at = whole.lastIndexOf(standIn)
  if (at < 0 || !prompt.startsWith(whole.slice(0, at))) return null
  return isOpening(prompt.slice(at)) ? whole.slice(at + standIn.length) : null
}

/** Nothing, an opening mark, or a thought that is empty: what prompts of thinking models end with. */
function isOpening(text: string): boolean {
  const written = text.replaceAll(/\s/g, '')
  return written === '' || thinkingMarks.some(([open, close]) => written === open || written === open + close)
}

/** @param wayOut  one sentence */
export function stripsThinking(wayOut: string): RecheckError {
  return new RecheckError(
    'template.strips-thinking',
    "the model's chat template strips what the model thought in earlier turns (Qwen3 and others do), so that the next " +
      `turn would not see what was sampled. ${wayOut}`,
  )
}
