import { learningRateAt } from '../../shared/runs/learningRate.ts'
import { policyLossOf } from '../rl/losses/policyLossOf.ts'
import type { RolloutWithAdvantages } from '../rl/turnAdvantages.ts'
import { packRows } from '../rollout/packedRow.ts'
import type { PackedRollout } from '../rollout/packedRow.ts'
import type { ScoredRollout } from '../rollout/rollout.ts'
import type { TokenScorer } from './engine/trainer.ts'
import type { TrainingPlan } from './selfCorrectionSetup.ts'
import type { Update } from './stepMetrics.ts'
import { tokenBatch } from './tokenBatch.ts'

/** Packs every rollout into rows, and scores the rows' tokens by the reference where there is one. */
export async function packRollouts(
  rollouts: readonly ScoredRollout[],
  reference: TokenScorer | null,
): Promise<PackedRollout[]> {
  const packed = rollouts.map(({ turns }) => packRows(turns))
  const referenceLogProbs = await reference?.tokenLogProbs(packed.flat().map(({ ids }) => ids))
  const inOrder = referenceLogProbs?.values()
  return rollouts.map((rollout, index) => ({
    ...rollout,
    rows: packed[index].map((row) => ({ ...row, referenceLogProbs: inOrder?.next().value ?? null })),
  }))
}

/** One update per mini-batch, in the order of the rollouts; all of a step share its learning rate. */
export async function updatePolicy(
  rollouts: readonly RolloutWithAdvantages[],
  step: number,
  { config, trainer, steps }: TrainingPlan,
): Promise<Update[]> {
  const loss = policyLossOf(config)
  const { schedule, learningRate, warmupSteps } = config.optimizer
  const rate = learningRateAt(step, { schedule, learningRate, warmupSteps, steps })
  const parts = Math.min(config.miniBatches, rollouts.length)
  const updates: Update[] = []
  for (let part = 0; part < parts; part++) {
    const from = Math.floor((part * rollouts.length) / parts)
    const to = Math.floor(((part + 1) * rollouts.length) / parts)
    const own = rollouts.slice(from, to)
    updates.push({ stats: await trainer.step(tokenBatch(own, loss, config), rate), rollouts: own })
  }
  return updates
}
