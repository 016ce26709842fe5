import type { RawOps } from '../graph/rawOps.ts'
import type { ModelConfig } from '../model/config/modelConfig.ts'
import { disposeTensors, tensorsOf } from '../model/parameterTensors.ts'
import type { Transformer } from '../model/transformer.ts'
import type { Random } from '../random.ts'
import { forkRandom } from '../random.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { checkCall } from './checkCall.ts'
import { EagerRows } from './eagerRows.ts'
import { drawToken } from './nextToken.ts'
import type { LogitsRow } from './nextToken.ts'
import type {
  Completion,
  ParameterSource,
  SampleCall,
  Sampler,
  SampleRequest,
  SamplingSettings,
} from './sampler.ts'

export interface EagerSamplerSetup {
  readonly model: Transformer
  /** Rows computed together. */
  readonly maxRows: number
}

/** A row being sampled. */
interface Row {
  readonly request: number
  readonly sample: number
  readonly random: Random
  readonly completionIds: number[]
  readonly samplingLogProbs: number[]
  finishReason: 'stop' | 'length' | null
}

/**
 * The sampler op by op in tfjs: one forward pass a token, a KV cache, no tricks. Slow; the others are
 * measured against it. It keeps no caches between calls, so `keepCaches` changes nothing here. It owns the
 * model's tensors from the first `refresh` on; those of the setup stay the caller's.
 */
export class EagerSampler implements Sampler {
  readonly #config: ModelConfig
  readonly #ops: RawOps
  readonly #maxRows: number
  #model: Transformer
  #ownsTensors = false

  constructor({ model, maxRows }: EagerSamplerSetup) {
    this.#config = model.config
    this.#ops = model.ops
    this.#model = model
    this.#maxRows = maxRows
  }

  async sample(call: SampleCall): Promise<readonly (readonly Completion[])[]> {
    checkCall(call, this.#config)
    const completions: Completion[][] = call.requests.map(() => [])
    const total = call.requests.reduce((sum, request) => sum + request.samples, 0)
    let done = 0
    let tokens = 0
    for (const group of this.#groups(call.requests)) {
      for (const row of await this.#sampleGroup(call, group)) {
        completions[row.request].push(completionOf(row))
        done += 1
        tokens += row.completionIds.length
      }
      call.onProgress?.(done, total, tokens)
    }
    return completions
  }

  async refresh(policy: ParameterSource): Promise<void> {
    const parameters = await policy.readParameters()
    this.#release()
    this.#model = { config: this.#config, ops: this.#ops, parameters: tensorsOf(parameters) }
    this.#ownsTensors = true
  }

  forget(): void {}

  async dispose(): Promise<void> {
    this.#release()
  }

  #release(): void {
    if (this.#ownsTensors) disposeTensors(this.#model.parameters)
    this.#ownsTensors = false
  }

  /**
   * Prompts with the same number of samples, at most `maxRows` rows together; a prompt's samples are never
   * split.
   */
  *#groups(requests: readonly SampleRequest[]): Generator<readonly number[]> {
    let group: number[] = []
    let samples = 0
    for (const [index, request] of requests.entries()) {
      const isFull = (group.length + 1) * request.samples > this.#maxRows
      if (group.length > 0 && (request.samples !== samples || isFull)) {
        yield group
        group = []
      }
      samples = request.samples
      group.push(index)
    }
    if (group.length > 0) yield group
  }

  async #sampleGroup(call: SampleCall, group: readonly number[]): Promise<readonly Row[]> {
    const samples = call.requests[group[0]].samples
    const rows = group.flatMap((request) => startRows(call, request, samples))
    const { vocabularySize } = this.#config
    const batch = new EagerRows(this.#model, rows.length)
    try {
      throwIfStopped(call)
      const prompts = group.map((request) => call.requests[request].promptIds)
      let logits = await batch.prefill(prompts, samples)
      for (;;) {
        const ids = rows.map((row, index) =>
          drawRow(call, row, { values: logits, offset: index * vocabularySize, vocabularySize }),
        )
        if (rows.every((row) => row.finishReason !== null)) return rows
        throwIfStopped(call)
        logits = await batch.step(ids)
      }
    } finally {
      batch.dispose()
    }
  }
}

function startRows({ requests, settings }: SampleCall, request: number, samples: number): Row[] {
  return Array.from({ length: samples }, (_, sample) => ({
    request,
    sample,
    random: forkRandom(settings.seed, ...requests[request].seedLabels, sample),
    completionIds: [],
    samplingLogProbs: [],
    finishReason: null,
  }))
}

/** Draws a row's next token and says what to feed; a finished row is fed anything and stays finished. */
function drawRow(call: SampleCall, row: Row, logits: LogitsRow): number {
  if (row.finishReason !== null) return 0
  const { id, logProb } = drawToken(logits, call.settings, row.random)
  row.completionIds.push(id)
  row.samplingLogProbs.push(logProb)
  row.finishReason = finishReasonAfter(id, row.completionIds.length, call.settings)
  call.onToken?.(row.request, row.sample, id)
  return id
}

function finishReasonAfter(id: number, length: number, settings: SamplingSettings): Row['finishReason'] {
  if (settings.endIds.includes(id)) return 'stop'
  return length >= settings.maxCompletionTokens ? 'length' : null
}

function completionOf({ completionIds, samplingLogProbs, finishReason }: Row): Completion {
  return { completionIds, samplingLogProbs, finishReason: finishReason ?? 'length' }
}

function throwIfStopped({ signal }: SampleCall): void {
  if (signal?.aborted === true) {
    throw new RecheckError('sampler.stopped', 'sampling was stopped; nothing of this call is kept')
  }
}
