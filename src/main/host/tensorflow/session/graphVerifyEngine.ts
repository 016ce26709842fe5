import * as tf from '@tensorflow/tfjs'
import type { Sampler } from '../../../../core/sampling/sampler.ts'
import type { SelfCheck, VerifyBatch, VerifyEngine } from '../../../../core/train/verify/engine.ts'
import { unpaddedRows } from '../../../../core/train/verify/engine.ts'
import { greedyCompletions, samplerSelfChecks } from '../../../../core/train/verify/samplerChecks.ts'
import { createCapturedScorer } from './capturedScorer.ts'
import type { CapturedModel } from './capturedVerifyEngine.ts'
import { createGraphSampler } from './graphSampler.ts'

/**
 * The sampler in a TensorFlow graph as `recheck verify` sees it; what it drew is read by the captured scorer.
 */
export class GraphVerifyEngine implements VerifyEngine {
  readonly name: string
  readonly #model: CapturedModel
  readonly #sampler: Sampler
  readonly #othersTensors = tf.memory().numTensors

  constructor(name: string, model: CapturedModel) {
    const { config, parameters } = model
    this.name = name
    this.#model = model
    this.#sampler = createGraphSampler({ config, parameters }, { kvMemoryBytes: 128e6, compilation: 'never' })
  }

  greedy(
    prompts: readonly (readonly number[])[],
    newTokens: number,
  ): Promise<readonly (readonly number[])[]> {
    return greedyCompletions(this.#sampler, prompts, newTokens)
  }

  /** The rows that are read back are no longer than a prompt and two turns of a few tokens. */
  async selfChecks(batch: VerifyBatch): Promise<readonly SelfCheck[]> {
    const longest = Math.max(...unpaddedRows(batch).map((ids) => ids.length)) + 16
    const { maxPositions } = this.#model.config
    const scorer = createCapturedScorer({
      ...this.#model,
      temperature: 1,
      buckets: [Math.min(longest, maxPositions)],
      rowsPerMicroBatch: 1,
    })
    try {
      return await samplerSelfChecks(this.#sampler, batch, async (ids) => {
        const [logProbs] = await scorer.tokenLogProbs([Int32Array.from(ids)])
        return logProbs ?? new Float32Array()
      })
    } finally {
      await scorer.dispose()
    }
  }

  async dispose(): Promise<{ readonly tensorsLeft: number }> {
    await this.#sampler.dispose()
    return { tensorsLeft: tf.memory().numTensors - this.#othersTensors }
  }
}
