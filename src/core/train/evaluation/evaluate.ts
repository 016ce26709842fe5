import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import { wilson } from '../../../shared/statistics.ts'
import type { Problem } from '../../data/problem.ts'
import { scoreRollouts } from '../../reward/scoreRollout.ts'
import type { Grading } from '../../reward/scoreRollout.ts'
import { plainRewards } from '../../reward/turnReward.ts'
import type { Conversation } from '../../rollout/sampleTurns.ts'
import { rollOutSelfCorrection } from '../../rollout/selfCorrection.ts'
import type { StopSignal } from '../../sampling/sampler.ts'
import { countOutcomes, outcomeMetrics, outcomeShares } from './outcomeCounts.ts'
import { reportProgress, samplingProgress } from '../reportProgress.ts'
import { storedRollouts } from '../storedRollout.ts'
import type { ReportedEvent, StageProgress } from '../trainEvent.ts'

export interface EvaluationSetup {
  readonly config: RunConfig
  readonly conversation: Conversation
  readonly grading: Grading
  readonly problems: readonly Problem[]
  readonly split: 'validation' | 'test'
  readonly step: number
  /** For the metrics event: tokens and problems of training so far. */
  readonly tokens: number
  readonly problemsSeen: number
  /** Drop the rollouts in hand: throws `sampler.stopped`. */
  readonly abort?: StopSignal
}

/**
 * The policy as it is, on problems it is not trained on: `evalSamples` rollouts each, sampled as in training,
 * with the same draws at every step, so that two evaluations differ by the policy alone. Rewards are the
 * plain ones.
 *
 * Yields progress, the rollouts, one evaluation (shares with Wilson intervals) and its metrics as
 * `validation/…` or `test/…`. With more than one sample a problem the intervals take rollouts for
 * independent.
 *
 * @returns Acc@final, null without problems
 */
export async function* evaluate(setup: EvaluationSetup): AsyncGenerator<ReportedEvent, number | null> {
  const { config, conversation, grading, problems, split, step } = setup
  if (problems.length === 0) return null
  const rollouts = yield* reportProgress<StageProgress, Awaited<ReturnType<typeof rollOutSelfCorrection>>>(
    (report) =>
      rollOutSelfCorrection(problems, {
        conversation,
        turns: config.turns,
        samples: config.evalSamples,
        seedLabels: ['evaluation', split],
        onProgress: samplingProgress(report, `evaluating on ${split}`),
        signal: setup.abort,
      }),
  )
  const scored = scoreRollouts(rollouts, grading, plainRewards(config))
  const counts = countOutcomes(scored)
  const values = outcomeMetrics(counts)
  yield {
    type: 'rollouts',
    rollouts: storedRollouts(scored, conversation.tokenizer, { step, split }),
  }
  yield {
    type: 'evaluation',
    evaluation: {
      step,
      split,
      samples: config.evalSamples,
      problems: problems.length,
      proportions: Object.fromEntries(
        Object.entries(outcomeShares(counts)).map(([name, [part, whole]]) => [name, wilson(part, whole)]),
      ),
    },
  }
  yield {
    type: 'metrics',
    step,
    stepsDone: step,
    tokens: setup.tokens,
    problems: setup.problemsSeen,
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [`${split}/${name}`, value])),
  }
  return values['accuracy/final']
}
