import type { Problem } from '../../core/data/problem.ts'
import { conversationLength } from '../../core/tokens/conversationLength.ts'
import type { ConversationPrompts } from '../../core/tokens/conversationPrompts.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { RunMaterial } from './runMaterial.ts'

/** Tokens of the longest conversation that may come of these problems, at most the model's positions. */
export function longestConversation(
  config: RunConfig,
  { prompts, policy }: Pick<RunMaterial, 'prompts' | 'policy'>,
  problems: readonly Problem[],
): number {
  const length = conversationLength(longestPrompt(prompts, problems), prompts, config)
  return Math.min(length, policy.config.maxPositions)
}

/** By prompts and problems: every problem is tokenised once for all configs that share both. */
const longestPrompts = new WeakMap<ConversationPrompts, WeakMap<readonly Problem[], number>>()

function longestPrompt(prompts: ConversationPrompts, problems: readonly Problem[]): number {
  const known = longestPrompts.get(prompts) ?? new WeakMap<readonly Problem[], number>()
  longestPrompts.set(prompts, known)
  const longest =
    known.get(problems) ??
    problems.reduce((most, problem) => Math.max(most, prompts.firstPromptIds(problem).length), 0)
  known.set(problems, longest)
  return longest
}
