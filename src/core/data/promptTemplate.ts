import { canonicalJson } from '../../shared/text/canonicalJson.ts'
import { contentHash } from './contentHash.ts'

/** How a solution marks its final answer: `#### 12` or `\boxed{12}`. */
export type AnswerMarker = 'hash' | 'boxed'

/**
 * The wording of the three turns, as data. `{question}` stands for the problem's question; nothing else is
 * filled in.
 *
 * `chat`: the model folder's own chat template lays the messages out.
 * `plain`: for base models without one; messages are separated by blank lines and the end token.
 */
export interface PromptTemplate {
  readonly name: string
  readonly layout: 'chat' | 'plain'
  readonly answerMarker: AnswerMarker
  /** null = no system message of ours (a chat template may still write its own). */
  readonly system: string | null
  readonly attempt: string
  readonly verdict: string
  readonly revision: string
  /**
   * Asks for a second attempt without a verdict between (direct multi-turn); what it says must not name the
   * truth.
   */
  readonly retry: string
}

/** The user message of the first turn. */
export function attemptMessage(template: PromptTemplate, question: string): string {
  // split and join, because a question full of dollar signs is no pattern for replace()
  return template.attempt.split('{question}').join(question)
}

/**
 * 16 hexadecimal digits that change with any character of the template; its name does not count, nor `retry`,
 * which only direct multi-turn rollouts see.
 */
export function templateVersion(template: PromptTemplate): string {
  return contentHash(canonicalJson({ ...template, name: undefined, retry: undefined }))
}
