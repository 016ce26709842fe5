import { evaluate } from '../../../core/train/evaluation/evaluate.ts'
import type { StageProgress } from '../../../core/train/trainEvent.ts'
import { parseConfig } from '../../../shared/config/parseConfig.ts'
import type { Evaluation, StoredRollout } from '../../../shared/runs/records.ts'
import { openPolicy } from './openPolicy.ts'
import type { StoredCheckpoint } from './policyWeights.ts'

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
  const { material, problems, conversation, dispose } = await openPolicy(config, checkpoint)
  try {
    const events = evaluate({
      config,
      conversation,
      grading: material.grading,
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
    await dispose()
  }
}
