import { templateNamed } from '../data/templates.ts'
import type { AnswerMarker, PromptTemplate } from '../data/promptTemplate.ts'
import type { Tokenizer } from './tokenizer.ts'

/**
 * The model's own template, for `template: auto`: the built-in wording where the folder lays a conversation
 * out as the built-in model does, else a chat template if the folder has one, else a plain one.
 *
 * @param marker  how the data set's solutions mark their answer (GSM8K and arithmetic `hash`, MATH `boxed`)
 */
export function automaticTemplate(tokenizer: Tokenizer, marker: AnswerMarker): PromptTemplate {
  if (!tokenizer.hasChatTemplate) return templateNamed(`plain-${marker}`)
  const rendered = tokenizer.renderChat([{ role: 'user', content: '1' }], true)
  return templateNamed(rendered === '<bos><user>1<assistant>' ? 'builtin' : `chat-${marker}`)
}
