import { evaluate } from '../../../core/train/evaluation/evaluate.ts'
import { parseVerdict } from '../../../core/rollout/verdict.ts'
import type { StageProgress } from '../../../core/train/trainEvent.ts'
import { parseConfig } from '../../../shared/config/parseConfig.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { Evaluation, StoredRollout } from '../../../shared/runs/records.ts'
import { loadRunMaterial } from '../../run/runMaterial.ts'
import { openSampler } from '../../trainer/samplers.ts'
import { onProcessor } from './onProcessor.ts'
import { policyWeights, type StoredCheckpoint } from './policyWeights.ts'

/** What the process of an evaluation is asked. */
export interface EvaluationQuestion {
  readonly question: 'evaluate'
  /** Of the run. */
  readonly config: unknown
  readonly step: number
  /** null = the model folder's own weights. */
  readonly checkpoint: StoredCheckpoint | null
}

export interface CheckpointEvaluation {
  readonly evaluation: Omit<Evaluation, 'evaluationId' | 'runId' | 'createdAtMs'>
  readonly rollouts: readonly StoredRollout[]
}

/**
 * A checkpoint on its run's test split, with the draws of training's own evaluations: it differs from them by
 * the policy alone.
 */
export async function evaluateCheckpoint(
  { config: written, step, checkpoint }: EvaluationQuestion,
  tell: (progress: StageProgress) => void,
): Promise<CheckpointEvaluation> {
  const config = parseConfig(written, 'the run')
  const material = await loadRunMaterial(config, process.cwd(), 'held-out')
  const problems = material.problems.splits.test
  if (problems.length === 0)
    throw new RecheckError(
      'data.empty-split',
      'the test split of the run’s data has no problems; see data.test.',
    )
  const { prompts, tokenizer, grading, policy } = material
  const parameters = await policyWeights(config, policy, checkpoint)
  const sampler = await openSampler(policy.config, parameters, onProcessor)
  const { temperature, topP, topK, maxCompletionTokens } = config.sampling
  try {
    const conversation = {
      prompts,
      tokenizer,
      sampler,
      settings: { temperature, topP, topK, maxCompletionTokens, endIds: prompts.endIds, seed: config.seed },
      parseVerdict: (text: string) => parseVerdict(text, config.verdictParser),
    }
    const events = evaluate({
      config,
      conversation,
      grading,
      problems,
      step,
      split: 'test',
      tokens: 0,
      problemsSeen: 0,
    })
    let evaluation: CheckpointEvaluation['evaluation'] | null = null
    let rollouts: readonly StoredRollout[] = []
    for await (const event of events) {
      if (event.type === 'progress') tell(event)
      if (event.type === 'rollouts') rollouts = event.rollouts
      if (event.type === 'evaluation') evaluation = event.evaluation
    }
    if (evaluation === null) throw new Error('evaluateCheckpoint: the evaluation said nothing')
    return { evaluation, rollouts }
  } finally {
    await sampler.dispose()
  }
}
