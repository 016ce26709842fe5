import { copiedValues, type ParameterValues } from '../../model/parameterValues.ts'
import type { PolicyLoss } from '../../rl/losses/policyLoss.ts'
import type { AdamWSettings, GradientTrainer, TokenBatch } from '../engine/trainer.ts'

/** One update to be compared with stored numbers. */
export interface PolicyStep {
  readonly batch: TokenBatch
  readonly loss: PolicyLoss
  readonly adamW: AdamWSettings
  /** Which parameters the weight decay shrinks. */
  readonly decays: (name: string, shape: readonly number[]) => boolean
  readonly learningRate: number
}

export interface PolicyStepResult {
  readonly loss: number
  readonly gradientNorm: number
  readonly gradients: ParameterValues
  /** After the update. */
  readonly parameters: ParameterValues
}

/** The shape of a trainer that takes the batch whole. */
export function wholeBatchShape(batch: TokenBatch): { buckets: number[]; rowsPerMicroBatch: number } {
  const longest = Math.max(...batch.rows.map((row) => row.ids.length))
  return { buckets: [longest - 1], rowsPerMicroBatch: batch.rows.length }
}

/** Takes the step with a trainer made for it, and disposes it. */
export async function takePolicyStep(trainer: GradientTrainer, step: PolicyStep): Promise<PolicyStepResult> {
  try {
    const { loss, gradientNorm } = await trainer.step(step.batch, step.learningRate)
    return {
      loss,
      gradientNorm,
      gradients: await trainer.readGradients(),
      parameters: copiedValues(await trainer.readParameters()),
    }
  } finally {
    await trainer.dispose()
  }
}
