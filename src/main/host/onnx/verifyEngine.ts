import { availableParallelism } from 'node:os'
import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import { BatchSampler } from '../../../core/sampling/batchSampler.ts'
import { unpaddedRows } from '../../../core/train/verify/engine.ts'
import type { SelfCheck, VerifyBatch, VerifyEngine } from '../../../core/train/verify/engine.ts'
import { greedyCompletions, samplerSelfChecks } from '../../../core/train/verify/samplerChecks.ts'
import { OnnxDecoder } from './decoder.ts'

/** The sampler on ONNX Runtime as `recheck verify` sees it: it reads and draws, and does not train. */
export class OnnxVerifyEngine implements VerifyEngine {
  readonly name: string
  readonly #decoder: OnnxDecoder
  readonly #sampler: BatchSampler

  private constructor(name: string, decoder: OnnxDecoder) {
    this.name = name
    this.#decoder = decoder
    this.#sampler = new BatchSampler({ decoder, kvMemoryBytes: 64e6, maxRows: 32, stepwiseTokens: 4 })
  }

  static async load(
    name: string,
    config: ModelConfig,
    parameters: ParameterValues,
  ): Promise<OnnxVerifyEngine> {
    const setup = { config, threads: availableParallelism(), weightsAs: 'initialisers' as const }
    return new OnnxVerifyEngine(name, await OnnxDecoder.load(setup, parameters))
  }

  async logits(batch: VerifyBatch): Promise<readonly Float32Array[]> {
    const rows: Float32Array[] = []
    for (const ids of unpaddedRows(batch)) rows.push(await this.#decoder.scoreRow([...ids]))
    return rows
  }

  async tokenLogProbs(batch: VerifyBatch): Promise<readonly Float32Array[]> {
    const rows: Float32Array[] = []
    for (const ids of unpaddedRows(batch)) rows.push(await this.scoredLogProbs([...ids]))
    return rows
  }

  greedy(
    prompts: readonly (readonly number[])[],
    newTokens: number,
  ): Promise<readonly (readonly number[])[]> {
    return greedyCompletions(this.#sampler, prompts, newTokens)
  }

  selfChecks(batch: VerifyBatch): Promise<readonly SelfCheck[]> {
    return samplerSelfChecks(this.#sampler, batch, (ids) => this.scoredLogProbs(ids))
  }

  async dispose(): Promise<{ readonly tensorsLeft: number }> {
    await this.#sampler.dispose()
    return { tensorsLeft: 0 }
  }

  /** ln p of every token of a row but the first. */
  async scoredLogProbs(ids: readonly number[]): Promise<Float32Array> {
    const logits = await this.#decoder.scoreRow(ids)
    const V = this.#decoder.vocabularySize
    return Float32Array.from(ids.slice(1), (id, t) => {
      const row = logits.subarray(t * V, (t + 1) * V)
      const max = row.reduce((most, logit) => Math.max(most, logit), -Infinity)
      const sum = row.reduce((total, logit) => total + Math.exp(logit - max), 0)
      return (row[id] ?? NaN) - max - Math.log(sum)
    })
  }
}
