import { RecheckError } from '../../shared/errors/recheckError.ts'
import { checkCall } from './checkCall.ts'
import type { ChunkDecoder } from './chunkDecoder.ts'
import { ChunkSchedule } from './chunkSchedule.ts'
import type { Completion, ParameterSource, SampleCall, Sampler } from './sampler.ts'
import { SlotTable } from './slotTable.ts'

export interface ChunkSamplerSetup {
  readonly decoder: ChunkDecoder
  /** Cap on KV caches; while rows decode, theirs stand in memory twice. */
  readonly kvMemoryBytes: number
  /** Most rows that decode together. */
  readonly maxRows: number
  /** Tokens that rows draw between two moments at which rows leave and enter. */
  readonly chunk: number
}

/** Tokens of a completion for which slots have room from the start. */
const shortCompletion = 64

/**
 * Sampler over a decoder that draws many tokens a run: ragged prompts, N samples that share a prefill, kept
 * rows that later turns extend in their slots, prompts that wait for a slot. What is drawn depends on the
 * seed, the request's labels and the sample's number, not on who shares the batch, as long as the run's
 * shapes (rows and positions, rounded up to few) are the same; between shapes rounding can move a draw across
 * a boundary.
 */
export class ChunkSampler implements Sampler {
  readonly #setup: ChunkSamplerSetup
  readonly #slots = new SlotTable()
  /** Calls run one after the other: they share the slots. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(setup: ChunkSamplerSetup) {
    this.#setup = setup
  }

  async sample(call: SampleCall): Promise<readonly (readonly Completion[])[]> {
    checkCall(call, this.#setup.decoder)
    return this.#inTurn(() => this.#run(call))
  }

  async refresh(policy: ParameterSource): Promise<void> {
    await this.#inTurn(async () => {
      this.#slots.forget()
      await this.#setup.decoder.refresh(policy)
    })
  }

  forget(): void {
    this.#slots.forget()
  }

  async dispose(): Promise<void> {
    await this.#inTurn(() => this.#setup.decoder.dispose())
  }

  async #run(call: SampleCall): Promise<readonly (readonly Completion[])[]> {
    const { decoder, chunk, maxRows } = this.#setup
    if (call.requests.length === 0) return []
    this.#makeRoom(call)
    decoder.setDraw(call.settings)
    try {
      return await new ChunkSchedule({ decoder, slots: this.#slots, call, chunk, maxRows }).run()
    } catch (thrown) {
      // a run that failed half-way may have left anything in the slots
      decoder.clear()
      this.#slots.reset(0, 0)
      throw thrown
    }
  }

  /**
   * Slots depend on the call alone unless kept rows must stay: a resumed run has to decode in the same
   * shapes.
   */
  #makeRoom(call: SampleCall): void {
    const { decoder, maxRows } = this.#setup
    const longestPrompt = call.requests.reduce((most, { promptIds }) => Math.max(most, promptIds.length), 0)
    const { maxCompletionTokens } = call.settings
    const longest = decoder.roundedLength(longestPrompt + maxCompletionTokens)
    const mostSlots = this.#slotsOf(longest)
    const first = decoder.roundedLength(longestPrompt + Math.min(maxCompletionTokens, shortCompletion))
    if (this.#slots.keptCount > 0 && this.#slots.available <= mostSlots) {
      if (first > this.#slots.length) {
        decoder.grow(first)
        this.#slots.grow(first)
      }
      return
    }
    const sequences = call.requests.reduce((sum, { samples }) => sum + samples, 0)
    const wanted = call.keepCaches === true ? sequences : Math.min(sequences, maxRows)
    const slots = Math.max(1, Math.min(wanted, mostSlots))
    decoder.reserve(slots, first)
    this.#slots.reset(slots, first)
  }

  /**
   * Slots of so many positions under the cap. @throws RecheckError `sampler.kv-memory` where not even one
   * fits
   */
  #slotsOf(length: number): number {
    const { decoder, kvMemoryBytes } = this.#setup
    const bytesPerRow = 2 * decoder.cacheBytesPerPosition * length
    if (bytesPerRow <= kvMemoryBytes) return Math.floor(kvMemoryBytes / bytesPerRow)
    throw new RecheckError(
      'sampler.kv-memory',
      `sampler: one row of ${length} tokens needs ${megabytes(bytesPerRow)} MB of KV cache, the cap is ` +
        `${megabytes(kvMemoryBytes)} MB. Raise the cap or ask for fewer tokens.`,
    )
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
