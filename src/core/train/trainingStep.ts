import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { isGroupMethod } from '../../shared/config/parseConfig.ts'
import type { LearningRateSchedule } from '../../shared/learningRate.ts'
import { learningRateAt } from '../../shared/learningRate.ts'
import type { Problem } from '../data/problem.ts'
import { scoreRollouts } from '../reward/scoreRollout.ts'
import { needsReference, policyLossOf } from '../rl/losses/policyLossOf.ts'
import type { ClassShares } from '../rl/turnBaseline.ts'
import { turnAdvantages } from '../rl/turnAdvantages.ts'
import type { AdvantagedRollout, LogRatios } from '../rl/turnAdvantages.ts'
import { trainingRewards } from '../reward/turnReward.ts'
import type { Rollout } from '../rollout/rollout.ts'
import { rollOutSelfCorrection } from '../rollout/selfCorrection.ts'
import { reportProgress, samplingProgress } from './reportProgress.ts'
import type { SelfCorrectionSetup } from './trainSelfCorrection.ts'
import type { Update } from './stepMetrics.ts'
import { packRow, tokenBatch } from './tokenBatch.ts'
import type { RowTerms } from './tokenBatch.ts'
import type { StageProgress } from './trainEvent.ts'
import type { TrainState } from './trainState.ts'

/** Samples a step's rollouts: one per problem, or a group for the methods that compare them. */
export function sampleStep(
  problems: readonly Problem[],
  step: number,
  setup: SelfCorrectionSetup,
): AsyncGenerator<StageProgress, Rollout[]> {
  const { config, conversation, abort } = setup
  return reportProgress((report) =>
    rollOutSelfCorrection(problems, {
      conversation,
      turns: config.turns,
      samples: isGroupMethod(config.method) ? config.groupSize : 1,
      seedLabels: ['train', step],
      onProgress: samplingProgress(report),
      ...(abort === undefined ? {} : { signal: abort }),
    }),
  )
}

/** Rollouts with rewards and advantages, and the rows that the updates are made of. */
export interface ValuedStep {
  readonly rollouts: readonly AdvantagedRollout[]
  readonly rows: readonly RowTerms[]
}

/** Reward, reference log-probs and advantage of every turn; no weight changes here. */
export async function valueStep(
  rollouts: readonly Rollout[],
  state: TrainState,
  setup: SelfCorrectionSetup & { readonly globalShares: ClassShares },
): Promise<ValuedStep> {
  const { config } = setup
  const rewards = trainingRewards(config, state.correctShare)
  const scored = scoreRollouts(rollouts, setup.grading, rewards)
  const packed = scored.map((rollout) => packRow(rollout.turns))
  const referenceLogProbs =
    setup.reference === null || !needsReference(config)
      ? null
      : await setup.reference.tokenLogProbs(packed.map((row) => row.ids))
  const logRatios: LogRatios =
    referenceLogProbs === null
      ? null
      : scored.map(({ turns }, row) =>
          turns.map((turn, index) => {
            const { start } = packed[row].spans[index]
            return turn.samplingLogProbs.reduce(
              (sum, logProb, token) => sum + logProb - referenceLogProbs[row][start - 1 + token],
              0,
            )
          }),
        )
  const valued = turnAdvantages(scored, logRatios, {
    config,
    estimates: setup.estimates,
    globalShares: setup.globalShares,
    runningShares: state.runningShares,
    verdictWeights: rewards.verdictWeights,
    roleStatistics: config.runningStatistics ? state.roleStatistics : null,
  })
  return {
    rollouts: valued,
    rows: valued.map(({ turns }, row) => ({ turns, referenceLogProbs: referenceLogProbs?.[row] ?? null })),
  }
}

/** One update per mini-batch, in the order of the rollouts. */
export async function updatePolicy(
  { rollouts, rows }: ValuedStep,
  schedule: LearningRateSchedule & { readonly step: number },
  { config, trainer }: SelfCorrectionSetup,
): Promise<Update[]> {
  const loss = policyLossOf(config)
  const parts = Math.min(config.miniBatches, rows.length)
  const updates: Update[] = []
  for (let part = 0; part < parts; part++) {
    const from = Math.floor((part * rows.length) / parts)
    const to = Math.floor(((part + 1) * rows.length) / parts)
    const batch = tokenBatch(rows.slice(from, to), loss, config)
    const stats = await trainer.step(batch, learningRateAt(schedule.step, schedule))
    updates.push({ stats, rollouts: rollouts.slice(from, to) })
  }
  return updates
}

/** Learning rate of a step; all its mini-batches share it. */
export function scheduleOf(config: RunConfig, steps: number): LearningRateSchedule {
  const { schedule, learningRate, warmupSteps } = config.optimizer
  return { schedule, learningRate, warmupSteps, steps }
}
