import { availableParallelism } from 'node:os'
import type { ModelConfig } from '../../../core/model/modelConfig.ts'
import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import { BatchSampler } from '../../../core/sampling/batchSampler.ts'
import type { Completion, SampleRequest, SamplingSettings } from '../../../core/sampling/sampler.ts'
import { largestDifference, unpaddedRows } from '../../../core/train/verify/engine.ts'
import type { SelfCheck, VerifyBatch, VerifyEngine } from '../../../core/train/verify/engine.ts'
import { OnnxDecoder } from './decoder.ts'

const limit = 2e-4
const plain: SamplingSettings = {
  temperature: 1,
  topP: 1,
  topK: 0,
  maxCompletionTokens: 6,
  endIds: [],
  seed: 0,
}

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

  async greedy(
    prompts: readonly (readonly number[])[],
    newTokens: number,
  ): Promise<readonly (readonly number[])[]> {
    const settings = { ...plain, temperature: 0, maxCompletionTokens: newTokens }
    const completions = await this.#sampler.sample({ requests: requestsOf(prompts, 'greedy'), settings })
    return completions.map(([completion]) => completion?.completionIds ?? [])
  }

  /** Log-probs that were reported while drawing, against those of the whole row read at once; and a turn later. */
  async selfChecks(batch: VerifyBatch): Promise<readonly SelfCheck[]> {
    const first = requestsOf(
      unpaddedRows(batch).map((ids) => [...ids]),
      'first',
    )
    const attempts = await this.#sampler.sample({ requests: first, settings: plain, keepCaches: true })
    const later = first.map((request, index) => ({
      ...request,
      promptIds: [...request.promptIds, ...(attempts[index]?.[0]?.completionIds ?? []), 1, 2],
      seedLabels: ['later', index],
    }))
    const kept = await this.#sampler.sample({ requests: later, settings: plain })
    this.#sampler.forget()
    const whole = await this.#sampler.sample({ requests: later, settings: plain })
    const quantities = [
      ['drawn log-probs = read log-probs', await this.#distance(first, attempts)],
      ['later turn from the cache = read log-probs', await this.#distance(later, kept)],
      ['later turn from the cache = prefilled (log-probs)', distanceBetween(kept, whole)],
    ] as const
    return quantities.map(([quantity, difference]) => ({ quantity, difference, limit }))
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

  async #distance(
    requests: readonly SampleRequest[],
    completions: readonly (readonly Completion[])[],
  ): Promise<number> {
    const distances: number[] = []
    for (const [index, { promptIds }] of requests.entries()) {
      for (const { completionIds, samplingLogProbs } of completions[index] ?? []) {
        const read = await this.scoredLogProbs([...promptIds, ...completionIds])
        distances.push(largestDifference(samplingLogProbs, read.subarray(promptIds.length - 1)))
      }
    }
    return Math.max(...distances)
  }
}

function requestsOf(prompts: readonly (readonly number[])[], label: string): SampleRequest[] {
  return prompts.map((promptIds, index) => ({ promptIds, seedLabels: [label, index], samples: 1 }))
}

function distanceBetween(
  a: readonly (readonly Completion[])[],
  b: readonly (readonly Completion[])[],
): number {
  const flat = (list: typeof a) => list.flat().flatMap(({ samplingLogProbs }) => [...samplingLogProbs])
  return largestDifference(flat(a), flat(b))
}
