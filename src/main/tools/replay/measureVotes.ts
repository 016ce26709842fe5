import { answersAgree } from '../../../core/reward/answer/compare.ts'
import { scoreRollouts } from '../../../core/reward/scoreRollout.ts'
import { plainRewards } from '../../../core/reward/turnReward.ts'
import { rollOutSelfCorrection } from '../../../core/rollout/selfCorrection.ts'
import { evaluatedProblems } from '../../../core/train/evaluation/evaluatedProblems.ts'
import { equalTokenTable, tokenCurve } from '../../../core/train/evaluation/tokenCurve.ts'
import { samplingProgress } from '../../../core/train/reportProgress.ts'
import type { StageProgress } from '../../../core/train/trainEvent.ts'
import { parseConfig } from '../../../shared/config/parseConfig.ts'
import type { VoteCurve } from '../../../shared/runs/evaluation/voteCurve.ts'
import { openPolicy } from './openPolicy.ts'
import type { StoredCheckpoint } from './policyWeights.ts'

/** What the process of a vote curve is asked. */
export interface VotesQuestion {
  readonly question: 'votes'
  /** Of the run. */
  readonly config: unknown
  /** null = the model folder's own weights. */
  readonly checkpoint: StoredCheckpoint | null
  /** Of a problem, at least 2. */
  readonly samples: number
}

export type MeasuredVotes = Pick<VoteCurve, 'problems' | 'curve' | 'atEqualTokens'>

/**
 * Accuracy against tokens on the run's test split: plain attempts and their majority vote, self-correction, and
 * the attempt that the policy's own verdict is surest of, with the draws of `recheck eval --samples`.
 */
export async function measureVotes(
  { config: written, checkpoint, samples }: VotesQuestion,
  tell: (progress: StageProgress) => void,
): Promise<MeasuredVotes> {
  const config = parseConfig(written, 'the run')
  const { material, problems, conversation, dispose } = await openPolicy(config, checkpoint)
  try {
    const rollouts = await rollOutSelfCorrection(problems, {
      conversation,
      turns: config.turns,
      samples,
      seedLabels: ['evaluation', 'test'],
      signal: undefined,
      onProgress: samplingProgress(tell, 'votes on test'),
    })
    const scored = scoreRollouts(rollouts, material.grading, plainRewards(config))
    const evaluated = evaluatedProblems(scored, material.tokenizer)
    const same = (a: string, b: string): boolean => answersAgree(a, b, config.grader)
    return {
      problems: evaluated.length,
      curve: [...tokenCurve(evaluated, same)],
      atEqualTokens: [...equalTokenTable(evaluated, same)],
    }
  } finally {
    await dispose()
  }
}
