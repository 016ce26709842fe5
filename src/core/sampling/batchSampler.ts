import { RecheckError } from '../../shared/errors/recheckError.ts'
import { BatchSchedule } from './batchSchedule.ts'
import { checkCall } from './checkCall.ts'
import type { Decoder } from './decoder.ts'
import { KeptPrefixes } from './keptPrefixes.ts'
import type { Completion, ParameterSource, SampleCall, Sampler } from './sampler.ts'

export interface BatchSamplerSetup {
  readonly decoder: Decoder
  /** Cap on KV caches, the running rows' and the kept ones' together; kept ones take at most half. */
  readonly kvMemoryBytes: number
  /** Most rows that decode together. */
  readonly maxRows: number
  /** See `ScheduleSetup`; 0 appends every extension in a run of its own. */
  readonly stepwiseTokens: number
}

/** Of the cap, what rows that have ended and are kept may take. */
export const keptShare = 0.5

/** Tokens of a completion for which slots have room from the start. */
const shortCompletion = 64

/**
 * Sampler over a decoder with cache slots: ragged prefill, rows that finish leave the batch and waiting
 * prompts take their place, N samples share a prefill, kept caches serve later turns. What is drawn depends
 * on the seed, the request's labels and the sample's number alone.
 */
export class BatchSampler implements Sampler {
  readonly #setup: BatchSamplerSetup
  readonly #kept: KeptPrefixes
  /** Calls run one after the other: they share the slots. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(setup: BatchSamplerSetup) {
    this.#setup = setup
    this.#kept = new KeptPrefixes(keptShare * setup.kvMemoryBytes)
  }

  async sample(call: SampleCall): Promise<readonly (readonly Completion[])[]> {
    checkCall(call, this.#setup.decoder)
    return this.#inTurn(() => this.#run(call))
  }

  async refresh(policy: ParameterSource): Promise<void> {
    await this.#inTurn(async () => {
      this.#kept.clear()
      await this.#setup.decoder.refresh(await policy.readParameters())
    })
  }

  forget(): void {
    this.#kept.clear()
  }

  async dispose(): Promise<void> {
    await this.#inTurn(async () => {
      this.#kept.clear()
      await this.#setup.decoder.dispose()
    })
  }

  async #run(call: SampleCall): Promise<readonly (readonly Completion[])[]> {
    const { decoder, stepwiseTokens } = this.#setup
    const longestPrompt = Math.max(0, ...call.requests.map(({ promptIds }) => promptIds.length))
    const longest = longestPrompt + call.settings.maxCompletionTokens
    const mostBytes = this.#bytesForSlots(call, longest)
    const slots = this.#slotsFor(call, longest, mostBytes)
    // room for the whole of a short completion; longer ones grow into theirs
    const length = Math.min(longest, longestPrompt + shortCompletion)
    decoder.reserve({ slots, longest, length, mostBytes })
    decoder.setDraw(call.settings)
    try {
      return await new BatchSchedule({ decoder, kept: this.#kept, call, slots, stepwiseTokens }).run()
    } catch (thrown) {
      // a run that failed half-way may have left anything in the slots
      decoder.clear()
      throw thrown
    }
  }

  /** What is left beside the rows that are kept now, and beside those that this call will keep. */
  #bytesForSlots({ requests, keepCaches }: SampleCall, length: number): number {
    const { decoder, kvMemoryBytes } = this.#setup
    const toKeep = keepCaches === true ? sequencesOf(requests) * decoder.cacheBytesPerPosition * length : 0
    return kvMemoryBytes - Math.max(this.#kept.bytes, Math.min(toKeep, keptShare * kvMemoryBytes))
  }

  #slotsFor({ requests }: SampleCall, length: number, mostBytes: number): number {
    const { decoder, kvMemoryBytes, maxRows } = this.#setup
    const bytesPerRow = decoder.cacheBytesPerPosition * length
    if (bytesPerRow > kvMemoryBytes) {
      throw new RecheckError(
        'sampler.kv-memory',
        `sampler: one row of ${length} tokens needs ${megabytes(bytesPerRow)} MB of KV cache, the cap is ` +
          `${megabytes(kvMemoryBytes)} MB. Raise the cap or ask for fewer tokens.`,
      )
    }
    return Math.max(1, Math.min(Math.floor(mostBytes / bytesPerRow), maxRows, sequencesOf(requests)))
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

function sequencesOf(requests: SampleCall['requests']): number {
  return requests.reduce((sum, { samples }) => sum + samples, 0)
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
