import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { needsVStar } from '../../shared/config/parseConfig.ts'
import { trainingProblems as samplingProblems } from '../../shared/config/problems.ts'
import type { VStarEstimate } from '../../shared/runs/records.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { Problem } from '../data/problem.ts'
import { hasSignal } from '../rl/turnBaseline.ts'
import { conversationLength } from '../tokens/conversationLength.ts'
import type { ConversationPrompts } from '../tokens/conversationPrompts.ts'

/** Estimates by problem id. */
export type EstimatesById = ReadonlyMap<string, VStarEstimate>

/**
 * The training problems that are left after `data.filter`, in their order.
 *
 * @throws RecheckError `vstar.incomplete` when a problem has no estimate, `data.filtered-out` when none is
 *   left
 */
export function filterBySignal(
  problems: readonly Problem[],
  estimates: EstimatesById,
  config: RunConfig,
): readonly Problem[] {
  if (!needsVStar(config)) return problems
  const missing = problems.filter((problem) => !estimates.has(problem.id))
  if (missing.length > 0) {
    throw new RecheckError(
      'vstar.incomplete',
      `the V* estimate covers ${problems.length - missing.length} of ${problems.length} training problems; the first without one is ${missing[0].id}. Resume stage 1.`,
    )
  }
  const { filter } = config.data
  const kept = problems.filter((problem) => {
    const estimate = estimates.get(problem.id)
    if (estimate === undefined || filter === 'none') return true
    return filter === 'drop-all-wrong' ? estimate.correctAttempts > 0 : hasSignal(estimate)
  })
  if (kept.length > 0) return kept
  throw new RecheckError(
    'data.filtered-out',
    `data.filter=${filter} leaves none of ${problems.length} training problems. Set data.filter=none, or choose a task the model solves now and then.`,
  )
}

/** @throws RecheckError `config.invalid` when the sampler would not be the policy that is trained */
export function checkTrainable(config: RunConfig): void {
  const problems = samplingProblems(config)
  if (problems.length === 0) return
  const lines = problems.map(
    (problem) => `  ${problem.path}: expected ${problem.expected}, got ${problem.got}`,
  )
  throw new RecheckError(
    'config.invalid',
    `this config can be evaluated but not trained:\n${lines.join('\n')}`,
    {
      problems,
    },
  )
}

/**
 * Refuses, before anything is sampled, problems whose rollouts could be longer than the trainer takes.
 *
 * @throws RecheckError `train.too-long` naming the longest problem and the way out
 */
export function checkRowLengths(
  problems: readonly Problem[],
  prompts: ConversationPrompts,
  limits: { readonly config: RunConfig; readonly maxRowLength: number },
): void {
  const { config, maxRowLength } = limits
  for (const problem of problems) {
    const length = conversationLength(prompts.firstPromptIds(problem).length, prompts, config)
    if (length > maxRowLength) {
      throw new RecheckError(
        'train.too-long',
        `a rollout of problem ${problem.id} may have ${length} tokens, the trainer takes ${maxRowLength}. ` +
          `Lower sampling.maxCompletionTokens (now ${config.sampling.maxCompletionTokens}) or drop the problem.`,
      )
    }
  }
}
