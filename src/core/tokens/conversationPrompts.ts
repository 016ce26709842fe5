import { RecheckError } from '../../shared/recheckError.ts'
import { canonicalJson } from '../../shared/canonicalJson.ts'
import { contentHash } from '../data/contentHash.ts'
import { attemptMessage } from '../data/promptTemplate.ts'
import type { PromptTemplate } from '../data/promptTemplate.ts'
import type { ChatMessage, Tokenizer } from './tokenizer.ts'

/**
 * The prompts of the three turns as token ids. An injected turn is appended to the ids that were sampled; a
 * completion is never decoded and tokenised again.
 */
export interface ConversationPrompts {
  readonly template: PromptTemplate
  /** Changes with the template's wording, the folder's chat template and the tokenizer's ids. */
  readonly version: string
  /** The id that a completion should end with; put after a truncated completion before the next turn. */
  readonly endTurnId: number
  /** Everything that ends a completion: the tokenizer's end ids and `endTurnId`. */
  readonly endIds: readonly number[]
  firstPromptIds(problem: { readonly question: string }): number[]
  /** @param historyIds first prompt and attempt, end token included */
  verdictPromptIds(historyIds: readonly number[]): number[]
  /** @param historyIds everything up to the verdict, end token included */
  revisionPromptIds(historyIds: readonly number[]): number[]
}

/** What comes after a completion: the id that ends it, and the ids of the next turn's prompt. */
interface Injection {
  readonly endTurnId: number
  readonly ids: readonly number[]
}

/**
 * @throws RecheckError `tokenizer.no-chat-template` for a chat layout without one, `template.not-extendable` where the
 *   chat template rewrites earlier turns
 */
export function conversationPrompts(tokenizer: Tokenizer, template: PromptTemplate): ConversationPrompts {
  const layout =
    template.layout === 'chat' ? chatLayout(tokenizer, template) : plainLayout(tokenizer, template)
  const { firstPromptIds, verdict, revision } = layout
  const endIds = [...new Set([verdict.endTurnId, ...tokenizer.endIds])]
  const extend = (historyIds: readonly number[], injection: Injection): number[] => {
    const last = historyIds.at(-1)
    if (last === undefined || !endIds.includes(last)) {
      throw new RangeError(
        `conversationPrompts: the history must end with an end token (${endIds.join(', ')}), got ${last}; ` +
          `put ${verdict.endTurnId} after a truncated completion`,
      )
    }
    return [...historyIds, ...injection.ids]
  }
  return {
    template,
    version: contentHash(
      canonicalJson({
        template: { ...template, name: undefined },
        probe: firstPromptIds('2 + 2'),
        verdict,
        revision,
      }),
    ),
    endTurnId: verdict.endTurnId,
    endIds,
    firstPromptIds: (problem) => firstPromptIds(problem.question),
    verdictPromptIds: (historyIds) => extend(historyIds, verdict),
    revisionPromptIds: (historyIds) => extend(historyIds, revision),
  }
}

interface Layout {
  firstPromptIds(question: string): number[]
  readonly verdict: Injection
  readonly revision: Injection
}

function plainLayout(tokenizer: Tokenizer, template: PromptTemplate): Layout {
  const [endTurnId] = tokenizer.endIds
  return {
    firstPromptIds: (question) => tokenizer.encode(`${attemptMessage(template, question)}\n`),
    verdict: { endTurnId, ids: tokenizer.encode(`\n\n${template.verdict}\n`) },
    revision: { endTurnId, ids: tokenizer.encode(`\n\n${template.revision}\n`) },
  }
}

// Stand in for completions while the chat template is asked what it writes after one. No template rewrites plain words.
const ATTEMPT = 'RECHECK-ATTEMPT'
const VERDICT = 'RECHECK-VERDICT'

function chatLayout(tokenizer: Tokenizer, template: PromptTemplate): Layout {
  const opening = (question: string): ChatMessage[] => [
    ...(template.system === null ? [] : [{ role: 'system' as const, content: template.system }]),
    { role: 'user', content: attemptMessage(template, question) },
  ]
  const attempted: ChatMessage[] = [
    ...opening('2 + 2'),
    { role: 'assistant', content: ATTEMPT },
    { role: 'user', content: template.verdict },
  ]
  const judged: ChatMessage[] = [
    ...attempted,
    { role: 'assistant', content: VERDICT },
    { role: 'user', content: template.revision },
  ]
  const first = tokenizer.renderChat(opening('2 + 2'), true)
  const second = tokenizer.renderChat(attempted, true)
  const third = tokenizer.renderChat(judged, true)
  return {
    firstPromptIds: (question) => tokenizer.encode(tokenizer.renderChat(opening(question), true)),
    verdict: injectionIn(tokenizer, { before: `${first}${ATTEMPT}`, whole: second }),
    revision: injectionIn(tokenizer, { before: `${second}${VERDICT}`, whole: third }),
  }
}

function injectionIn(
  tokenizer: Tokenizer,
  { before, whole }: { readonly before: string; readonly whole: string },
): Injection {
  if (!whole.startsWith(before)) {
    throw new RecheckError(
      'template.not-extendable',
      "the model's chat template rewrites earlier turns when one is added, so that a conversation cannot be extended " +
        `token for token: expected ${JSON.stringify(before)}, got ${JSON.stringify(whole.slice(0, before.length))}. ` +
        'Use a plain template.',
    )
  }
  const suffix = whole.slice(before.length)
  const [endTurnId, ...ids] = tokenizer.encode(suffix)
  if (endTurnId === undefined || tokenizer.decode([endTurnId], { skipSpecialTokens: true }) !== '') {
    throw new RecheckError(
      'template.not-extendable',
      "the model's chat template ends an assistant's message without a special token: expected one at the start of " +
        `${JSON.stringify(suffix)}. Use a plain template.`,
    )
  }
  return { endTurnId, ids }
}
