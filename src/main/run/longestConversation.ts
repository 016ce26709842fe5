import type { Problem } from '../../core/data/problem.ts'
import { conversationLength } from '../../core/tokens/conversationLength.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { RunMaterial } from './runMaterial.ts'

/** Tokens of the longest conversation that may come of these problems, at most the model's positions. */
export function longestConversation(
  config: RunConfig,
  { prompts, policy }: Pick<RunMaterial, 'prompts' | 'policy'>,
  problems: readonly Problem[],
): number {
  const longestPrompt = problems.reduce(
    (longest, problem) => Math.max(longest, prompts.firstPromptIds(problem).length),
    0,
  )
  return Math.min(conversationLength(longestPrompt, prompts, config), policy.config.maxPositions)
}
