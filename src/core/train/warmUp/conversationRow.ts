import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import type { ChatMessage, Tokenizer } from '../../tokens/tokenizer.ts'
import { RowBuilder, type WarmUpRow } from './warmUpRow.ts'

/**
 * A conversation in the model's own chat template as a row; what the assistant says is learned, with the end
 * token after it. The text between two completions is what the template writes there, so that the ids are
 * those that sampling sees.
 *
 * @param messages with at least one of the assistant; those after its last one are left out
 * @throws RecheckError `template.not-extendable` where the template rewrites what the assistant said,
 *   `tokenizer.*`
 */
export function conversationRow(messages: readonly ChatMessage[], tokenizer: Tokenizer): WarmUpRow {
  const places = messages.flatMap(({ role }, index) => (role === 'assistant' ? [index] : []))
  if (places.length === 0) throw new RangeError('conversationRow: expected a message of the assistant')
  let said = tokenizer.renderChat(messages.slice(0, places[0]), true)
  const builder = new RowBuilder(tokenizer.encode(said))
  places.forEach((place, index) => {
    const { content } = messages[place]
    said = withCompletion(said, content, tokenizer.renderChat(messages.slice(0, place + 1), false))
    const isLast = index === places.length - 1
    const whole = isLast
      ? tokenizer.renderChat(messages.slice(0, place + 1), false)
      : tokenizer.renderChat(messages.slice(0, places[index + 1]), true)
    if (!whole.startsWith(said)) throw rewritten(said, whole)
    const [endId, ...promptIds] = closing(tokenizer, whole.slice(said.length))
    const completion = tokenizer.encode(said.slice(said.length - completionLength(said, content)))
    builder.addCompletion(completion.concat(endId), true)
    if (!isLast) builder.continueWith(builder.ids.concat(promptIds))
    said = whole
  })
  return builder.row()
}

/** The conversation up to the end of what the assistant said; many templates trim it. */
function withCompletion(prompt: string, content: string, whole: string): string {
  const written = [content, content.trim()].find((text) => whole.startsWith(prompt + text))
  if (written === undefined) throw rewritten(prompt + content, whole)
  return prompt + written
}

function completionLength(said: string, content: string): number {
  return said.endsWith(content) ? content.length : content.trim().length
}

/** Ids after a completion, the one that ends it first; the tokenizer's own where the template writes none. */
function closing(tokenizer: Tokenizer, suffix: string): readonly number[] {
  const ids = tokenizer.encode(suffix)
  const [first] = ids
  const isEnd = first !== undefined && tokenizer.decode([first], { skipSpecialTokens: true }) === ''
  return isEnd ? ids : [tokenizer.endIds[0]].concat(ids)
}

function rewritten(expected: string, got: string): RecheckError {
  return new RecheckError(
    'template.not-extendable',
    "the model's chat template rewrites what the assistant said, so that it cannot be learned token for token: " +
      `expected ${quoted(expected.slice(-200))}, got ${quoted(got.slice(0, expected.length).slice(-200))}. ` +
      'Take thinking blocks out of the conversations, or use another model.',
  )
}
