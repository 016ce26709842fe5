import type { Problem } from '../../../core/data/problem.ts'
import type { Conversation } from '../../../core/rollout/sampleTurns.ts'
import { parseVerdict } from '../../../core/rollout/verdict.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { loadRunMaterial, type RunMaterial } from '../../run/runMaterial.ts'
import { openSampler } from '../../trainer/samplers.ts'
import { onProcessor } from './onProcessor.ts'
import { policyWeights, type StoredCheckpoint } from './policyWeights.ts'

/** A run's policy, ready to answer the problems of its test split. */
export interface OpenedPolicy {
  readonly material: RunMaterial
  /** At least one. */
  readonly problems: readonly Problem[]
  readonly conversation: Conversation
  dispose(): Promise<void>
}

/**
 * @param checkpoint  null = the model folder's own weights
 * @throws RecheckError `data.empty-split`, and whatever is wrong with model, data and checkpoint
 */
export async function openPolicy(
  config: RunConfig,
  checkpoint: StoredCheckpoint | null,
): Promise<OpenedPolicy> {
  const material = await loadRunMaterial(config, process.cwd(), { use: 'held-out' })
  const problems = material.problems.splits.test
  if (problems.length === 0)
    throw new RecheckError(
      'data.empty-split',
      'the test split of the run’s data has no problems; see data.test.',
    )
  const { prompts, tokenizer, policy } = material
  const parameters = await policyWeights(config, policy, checkpoint)
  const sampler = await openSampler(policy.config, parameters, onProcessor)
  const { temperature, topP, topK, maxCompletionTokens } = config.sampling
  return {
    material,
    problems,
    conversation: {
      prompts,
      tokenizer,
      sampler,
      settings: { temperature, topP, topK, maxCompletionTokens, endIds: prompts.endIds, seed: config.seed },
      parseVerdict: (text: string) => parseVerdict(text, config.verdictParser),
    },
    dispose: async () => sampler.dispose(),
  }
}
