import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { quoted } from '../../shared/text/shortened.ts'
import { canonicalJson } from '../../shared/text/canonicalJson.ts'
import { contentHash } from '../data/contentHash.ts'
import { attemptMessage } from '../data/promptTemplate.ts'
import type { PromptTemplate } from '../data/promptTemplate.ts'
import { endsInThinking } from '../data/thinking.ts'
import { openingFor, type InstructionTurn } from './openingMessages.ts'
import {
  standIn,
  stripsThinking,
  textAfter,
  textAfterThinking,
  thinkingStandIns,
  type EarlierThinking,
} from './standIns.ts'
import type { ChatMessage, Tokenizer } from './tokenizer.ts'

/**
 * The prompts of the three turns as token ids. An injected turn is appended to the ids that were sampled; a
 * completion is never decoded and tokenised again.
 */
export interface ConversationPrompts {
  readonly template: PromptTemplate
  /** Where the template's `system` text stands in the conversation; null where it has none. */
  readonly instructionIn: InstructionTurn | null
  /** Changes with the template's wording, the folder's chat template and the tokenizer's ids. */
  readonly version: string
  /** The id that a completion should end with; put after a truncated completion before the next turn. */
  readonly endTurnId: number
  /** Everything that ends a completion: the tokenizer's end ids and `endTurnId`. */
  readonly endIds: readonly number[]
  /** The chat template opens a thinking block, so that every completion begins inside it. */
  readonly startsInThinking: boolean
  firstPromptIds(problem: { readonly question: string }): number[]
  /** @param historyIds first prompt and attempt, end token included */
  verdictPromptIds(historyIds: readonly number[]): number[]
  /** @param historyIds everything up to the verdict, end token included */
  revisionPromptIds(historyIds: readonly number[]): number[]
  /** @param historyIds first prompt and attempt, end token included */
  retryPromptIds(historyIds: readonly number[]): number[]
  /**
   * What a revision sees. `conversation`: everything before it. `fresh`: the problem's first prompt alone, as
   * if nothing had been tried.
   */
  readonly revisionContext: RunConfig['revisionContext']
  /** Changes with what asks for a second attempt; no part of `version`. */
  readonly retryVersion: string
}

/** What comes after a completion: the id that ends it, and the ids of the next turn's prompt. */
interface Injection {
  readonly endTurnId: number
  readonly ids: readonly number[]
}

/**
 * @param earlierThinking what to do where the chat template strips the thinking of earlier turns: refuse it,
 *   or keep the conversation as it was sampled
 * @throws RecheckError `tokenizer.no-chat-template` for a chat layout without one, `tokenizer.chat-template`
 *   where it raises, `template.not-extendable`, `template.strips-thinking`, `template.drops-message`
 */
export function conversationPrompts(
  tokenizer: Tokenizer,
  template: PromptTemplate,
  earlierThinking: EarlierThinking = 'refuse',
  revisionContext: RunConfig['revisionContext'] = 'conversation',
): ConversationPrompts {
  const layout =
    template.layout === 'chat'
      ? chatLayout(tokenizer, template, earlierThinking)
      : plainLayout(tokenizer, template)
  const { firstPromptIds, startsInThinking, verdict, revision, retry } = layout
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
    instructionIn: layout.instructionIn,
    version: contentHash(
      canonicalJson({
        template: { ...template, name: undefined, retry: undefined },
        probe: firstPromptIds('2 + 2'),
        verdict,
        revision,
      }),
    ),
    endTurnId: verdict.endTurnId,
    endIds,
    startsInThinking,
    revisionContext,
    firstPromptIds: (problem) => firstPromptIds(problem.question),
    verdictPromptIds: (historyIds) => extend(historyIds, verdict),
    revisionPromptIds: (historyIds) => extend(historyIds, revision),
    retryPromptIds: (historyIds) => extend(historyIds, retry),
    retryVersion: contentHash(canonicalJson(retry)),
  }
}

interface Layout {
  readonly instructionIn: InstructionTurn | null
  firstPromptIds(question: string): number[]
  readonly startsInThinking: boolean
  readonly verdict: Injection
  readonly revision: Injection
  readonly retry: Injection
}

function plainLayout(tokenizer: Tokenizer, template: PromptTemplate): Layout {
  const [endTurnId] = tokenizer.endIds
  return {
    instructionIn: null,
    firstPromptIds: (question) => tokenizer.encode(`${attemptMessage(template, question)}\n`),
    startsInThinking: false,
    verdict: { endTurnId, ids: tokenizer.encode(`\n\n${template.verdict}\n`) },
    revision: { endTurnId, ids: tokenizer.encode(`\n\n${template.revision}\n`) },
    retry: { endTurnId, ids: tokenizer.encode(`\n\n${template.retry}\n`) },
  }
}

function chatLayout(
  tokenizer: Tokenizer,
  template: PromptTemplate,
  earlierThinking: EarlierThinking,
): Layout {
  const opening = openingFor(tokenizer, template.system)
  const openingOf = (question: string): ChatMessage[] => opening.messages(attemptMessage(template, question))
  const prompts = promptsWith(tokenizer, openingOf('2 + 2'), template)
  const suffixes = suffixesOf(prompts, earlierThinking)
  // what follows an attempt is laid out alike, whatever it says
  const retried = { ...template, verdict: template.retry }
  const { verdict: retry } = suffixesOf(promptsWith(tokenizer, openingOf('2 + 2'), retried), earlierThinking)
  return {
    instructionIn: opening.instructionIn,
    firstPromptIds: (question) => tokenizer.encode(tokenizer.renderChat(openingOf(question), true)),
    startsInThinking: endsInThinking(prompts(standIn)[0]),
    verdict: injectionOf(tokenizer, suffixes.verdict),
    revision: injectionOf(tokenizer, suffixes.revision),
    retry: injectionOf(tokenizer, retry),
  }
}

/** The three prompts of a conversation, for a model that always writes the same completion. */
type Prompts = (completion: string) => readonly [attempt: string, verdict: string, revision: string]

/** @throws RecheckError `template.drops-message` where the chat template leaves one of our messages out */
function promptsWith(
  tokenizer: Tokenizer,
  opening: readonly ChatMessage[],
  template: PromptTemplate,
): Prompts {
  const rendered = (messages: readonly ChatMessage[]): string => {
    const text = tokenizer.renderChat(messages, true)
    const dropped = messages.find(
      ({ role, content }) => role !== 'assistant' && !text.includes(content.trim()),
    )
    if (dropped === undefined) return text
    throw new RecheckError(
      'template.drops-message',
      `the model's chat template leaves out or changes the ${dropped.role}'s message ${quoted(dropped.content)}. ` +
        'Use a plain template ("plain-hash", "plain-boxed").',
    )
  }
  return (completion) => {
    const answer: ChatMessage = { role: 'assistant', content: completion }
    const attempted = [...opening, answer, { role: 'user' as const, content: template.verdict }]
    const judged = [...attempted, answer, { role: 'user' as const, content: template.revision }]
    return [rendered(opening), rendered(attempted), rendered(judged)]
  }
}

interface Suffixes {
  readonly verdict: string
  readonly revision: string
}

/**
 * What the chat template writes after an attempt and after a verdict.
 *
 * @throws RecheckError `template.strips-thinking`, `template.not-extendable`
 */
function suffixesOf(prompts: Prompts, earlierThinking: EarlierThinking): Suffixes {
  const after = (completion: string): Suffixes | null => {
    const [attempt, verdict, revision] = prompts(completion)
    const afterAttempt = textAfter(attempt, verdict, completion)
    const afterVerdict = textAfter(verdict, revision, completion)
    return afterAttempt === null || afterVerdict === null
      ? null
      : { verdict: afterAttempt, revision: afterVerdict }
  }
  const plain = after(standIn)
  const isSame = (other: Suffixes | null): boolean =>
    other?.verdict === plain?.verdict && other?.revision === plain?.revision
  if (plain !== null && thinkingStandIns.every((completion) => isSame(after(completion)))) return plain
  const [attempt, verdict, revision] = prompts(standIn)
  const afterAttempt = textAfterThinking(attempt, verdict)
  const afterVerdict = textAfterThinking(verdict, revision)
  if (afterAttempt === null || afterVerdict === null) throw notExtendable(attempt, verdict)
  if (earlierThinking === 'keep') return { verdict: afterAttempt, revision: afterVerdict }
  throw stripsThinking('Set earlierThinking=keep to leave it in the conversation, or use a plain template.')
}

function notExtendable(attempt: string, verdict: string): RecheckError {
  const before = attempt + standIn
  return new RecheckError(
    'template.not-extendable',
    "the model's chat template rewrites earlier turns when one is added, so that a conversation cannot be extended " +
      `token for token: expected ${quoted(before)}, got ${quoted(verdict.slice(0, before.length))}. ` +
      'Use a plain template.',
  )
}

function injectionOf(tokenizer: Tokenizer, suffix: string): Injection {
  const [endTurnId, ...ids] = tokenizer.encode(suffix)
  if (endTurnId === undefined || tokenizer.decode([endTurnId], { skipSpecialTokens: true }) !== '') {
    throw new RecheckError(
      'template.not-extendable',
      "the model's chat template ends an assistant's message without a special token: expected one at the start of " +
        `${quoted(suffix)}. Use a plain template.`,
    )
  }
  return { endTurnId, ids }
}
