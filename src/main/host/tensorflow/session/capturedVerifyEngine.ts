import * as tf from '@tensorflow/tfjs'
import type { RawOps } from '../../../../core/graph/rawOps.ts'
import type { ModelConfig } from '../../../../core/model/config/modelConfig.ts'
import { copiedValues, type ParameterValues } from '../../../../core/model/parameterValues.ts'
import { negativeLogLikelihood } from '../../../../core/rl/losses/negativeLogLikelihood.ts'
import type { PolicyStep, PolicyStepResult } from '../../../../core/train/verify/policyStep.ts'
import { takePolicyStep, wholeBatchShape } from '../../../../core/train/verify/policyStep.ts'
import type { AdamWSettings, GradientTrainer, TokenBatch } from '../../../../core/train/engine/trainer.ts'
import type {
  SelfCheck,
  VerifyAdamW,
  VerifyBatch,
  VerifyEngine,
} from '../../../../core/train/verify/engine.ts'
import { largestDifference, parameterValue, unpaddedRows } from '../../../../core/train/verify/engine.ts'
import { createCapturedScorer } from './capturedScorer.ts'
import { createCapturedTrainer } from './capturedTrainer.ts'

export interface CapturedModel {
  readonly config: ModelConfig
  readonly parameters: ParameterValues
  readonly ops: RawOps
}

const plainAdamW: AdamWSettings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: null }
/** Sums of the same numbers in another order differ by rounding alone, relative to the largest. */
const orderLimit = 1e-5

/**
 * Training and scoring captured as one TensorFlow graph, for `recheck verify`. A graph is made for each
 * question.
 */
export class CapturedVerifyEngine implements VerifyEngine {
  readonly name: string
  readonly #model: CapturedModel
  readonly #othersTensors = tf.memory().numTensors

  constructor(name: string, model: CapturedModel) {
    this.name = name
    this.#model = model
  }

  async tokenLogProbs(batch: VerifyBatch): Promise<readonly Float32Array[]> {
    const scorer = createCapturedScorer({ ...this.#model, ...shapeOf(batch), temperature: 1 })
    const logProbs = await scorer.tokenLogProbs(unpaddedRows(batch))
    await scorer.dispose()
    return logProbs
  }

  lossAndGradients(batch: VerifyBatch): Promise<{ loss: number; gradients: ParameterValues }> {
    return this.#withTrainer(plainAdamW, shapeOf(batch), async (trainer) => {
      const { loss } = await trainer.step(meanNegativeLogProb(batch), 0)
      return { loss, gradients: await trainer.readGradients() }
    })
  }

  adamWStep(batch: VerifyBatch, verify: VerifyAdamW): Promise<ParameterValues> {
    return this.#withTrainer({ ...verify, clipNorm: null }, shapeOf(batch), async (trainer) => {
      await trainer.step(meanNegativeLogProb(batch), verify.learningRate)
      return copiedValues(await trainer.readParameters())
    })
  }

  policyStep(step: PolicyStep): Promise<PolicyStepResult> {
    const setup = { ...this.#model, ...step, ...wholeBatchShape(step.batch), temperature: 1 }
    return takePolicyStep(createCapturedTrainer(setup), step)
  }

  /** Gradients of the same rows in micro-batches of one, and padded to a longer bucket. */
  async selfChecks(batch: VerifyBatch): Promise<readonly SelfCheck[]> {
    const { buckets, rowsPerMicroBatch } = shapeOf(batch)
    const whole = await this.lossAndGradients(batch)
    const gradientsWith = (shape: BatchShape) =>
      this.#withTrainer(plainAdamW, shape, async (trainer) => {
        await trainer.step(meanNegativeLogProb(batch), 0)
        return trainer.readGradients()
      })
    const longer = buckets.map((length) => length + 3)
    return [
      {
        quantity: 'micro-batched = whole (gradients)',
        difference: relativeDifference(
          await gradientsWith({ buckets, rowsPerMicroBatch: 1 }),
          whole.gradients,
        ),
        limit: orderLimit,
      },
      {
        quantity: 'padded = unpadded (gradients)',
        difference: relativeDifference(
          await gradientsWith({ buckets: longer, rowsPerMicroBatch: rowsPerMicroBatch + 1 }),
          whole.gradients,
        ),
        limit: orderLimit,
      },
    ]
  }

  dispose(): Promise<{ tensorsLeft: number }> {
    return Promise.resolve({ tensorsLeft: tf.memory().numTensors - this.#othersTensors })
  }

  async #withTrainer<T>(
    adamW: AdamWSettings,
    shape: BatchShape,
    use: (trainer: GradientTrainer) => Promise<T>,
  ): Promise<T> {
    const setup = { ...this.#model, ...shape, adamW, loss: negativeLogLikelihood, temperature: 1 }
    const trainer = createCapturedTrainer({ ...setup, decays: () => true })
    try {
      return await use(trainer)
    } finally {
      await trainer.dispose()
    }
  }
}

interface BatchShape {
  readonly buckets: readonly number[]
  readonly rowsPerMicroBatch: number
}

function shapeOf(batch: VerifyBatch): BatchShape {
  return { buckets: [batch.length - 1], rowsPerMicroBatch: batch.rows }
}

/** Rows whose loss is the mean of −ln p over all pairs of real tokens. */
function meanNegativeLogProb(batch: VerifyBatch): TokenBatch {
  const rows = unpaddedRows(batch)
  const pairs = rows.reduce((total, ids) => total + ids.length - 1, 0)
  return {
    rows: rows.map((ids) => ({
      ids,
      inputs: { tokenWeight: new Float32Array(ids.length - 1).fill(1 / pairs) },
    })),
  }
}

/** Largest difference over all parameters, relative to the largest gradient of all. */
function relativeDifference(found: ParameterValues, wanted: ParameterValues): number {
  let difference = 0
  let largest = 0
  for (const [name, { values }] of wanted) {
    const off = largestDifference(parameterValue(found, name).values, values)
    if (Number.isNaN(off)) return Number.NaN
    difference = Math.max(difference, off)
    for (const value of values) largest = Math.max(largest, Math.abs(value))
  }
  return difference / largest
}
