import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { ConversationPrompts } from './conversationPrompts.ts'

/** What of a config decides how long a conversation may become. */
export interface LengthLimits {
  readonly turns: RunConfig['turns']
  readonly sampling: Pick<RunConfig['sampling'], 'maxCompletionTokens'>
}

/**
 * Tokens of the longest row that may follow a first prompt: all turns, each cut off at the limit. A
 * turn that is cut off is followed by one end token, except for the last.
 *
 * @param firstPromptTokens of the problem's first prompt
 */
export function conversationLength(
  firstPromptTokens: number,
  prompts: Pick<
    ConversationPrompts,
    'endTurnId' | 'verdictPromptIds' | 'revisionPromptIds' | 'retryPromptIds' | 'revisionContext'
  >,
  { turns, sampling }: LengthLimits,
): number {
  const turn = sampling.maxCompletionTokens
  // what a later turn adds before its completion: the end token of the turn before it, and its own prompt
  const verdict = prompts.verdictPromptIds([prompts.endTurnId]).length + turn
  const revision = prompts.revisionPromptIds([prompts.endTurnId]).length + turn
  switch (turns) {
    case 'single':
      return firstPromptTokens + turn
    case 'never-revise':
      return firstPromptTokens + turn + verdict
    case 'direct-multi-turn':
      return firstPromptTokens + turn + prompts.retryPromptIds([prompts.endTurnId]).length + turn
    case 'self-correction':
    case 'always-revise':
      // in a fresh context a revision is a row of its own, as long as an attempt's
      return firstPromptTokens + turn + verdict + (prompts.revisionContext === 'fresh' ? 0 : revision)
  }
}
