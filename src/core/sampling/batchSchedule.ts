import { RecheckError } from '../../shared/errors/recheckError.ts'
import { forkRandom } from '../random.ts'
import type { Random } from '../random.ts'
import type { Decoder, NextTokens } from './decoder.ts'
import type { KeptPrefixes } from './keptPrefixes.ts'
import type { DrawnToken } from './nextToken.ts'
import type { Completion, SampleCall, SampleRequest } from './sampler.ts'

export interface ScheduleSetup {
  readonly decoder: Decoder
  readonly kept: KeptPrefixes
  readonly call: SampleCall
  readonly slots: number
  /**
   * A prompt that extends a kept cache by at most so many tokens takes them in the shared steps, one a step.
   */
  readonly stepwiseTokens: number
}

/**
 * One sample in the making. Its cache holds prompt + completion but the last drawn token; while tokens of the
 * prompt are pending, the prompt without them.
 */
interface Row {
  readonly request: number
  readonly sample: number
  readonly random: Random
  readonly completionIds: number[]
  readonly logProbs: number[]
  readonly pendingIds: number[]
}

/** Samples of one prompt that found no slot: their first tokens are drawn, the prompt's cache is saved. */
interface WaitingSamples {
  readonly rows: Row[]
  readonly cache: Float32Array
}

/** Flat tokens of one prefill, pads included: enough for good products, little enough for flat memory. */
const prefillTokens = 4096

/** One call of the batch sampler: rows in slots 0 … n − 1, requests that wait, completions that are done. */
export class BatchSchedule {
  readonly #setup: ScheduleSetup
  readonly #completions: Completion[][]
  readonly #total: number
  #rows: Row[] = []
  #nextRequest = 0
  #waiting: WaitingSamples | null = null
  #done = 0
  #tokens = 0

  constructor(setup: ScheduleSetup) {
    this.#setup = setup
    this.#completions = setup.call.requests.map(() => [])
    this.#total = setup.call.requests.reduce((sum, { samples }) => sum + samples, 0)
  }

  async run(): Promise<readonly (readonly Completion[])[]> {
    while (this.#rows.length > 0 || this.#hasWaiting()) {
      if (this.#setup.call.signal?.aborted === true) throw stopped(this.#done, this.#total)
      if (this.#hasWaiting() && this.#wantsMore()) await this.#admit()
      if (this.#rows.length > 0) await this.#step()
    }
    return this.#completions
  }

  #hasWaiting(): boolean {
    return this.#waiting !== null || this.#nextRequest < this.#setup.call.requests.length
  }

  /**
   * Prompts come in once an eighth of the slots is free: prefilling one at a time wastes the batched
   * products.
   */
  #wantsMore(): boolean {
    return this.#freeSlots() >= Math.max(1, this.#setup.slots / 8)
  }

  #freeSlots(): number {
    return this.#setup.slots - this.#rows.length
  }

  async #step(): Promise<void> {
    const { decoder } = this.#setup
    const ids = Int32Array.from(this.#rows, nextInput)
    const lengths = Int32Array.from(this.#rows, (row) => this.#cachedLength(row))
    const next = await decoder.step(ids, lengths)
    this.#rows.forEach((row, slot) => {
      row.pendingIds.shift()
      if (row.pendingIds.length === 0) this.#take(row, next.draw(slot, row.random))
    })
    this.#retire()
  }

  /**
   * Fills free slots: samples that wait for one, then prompts that extend a kept cache, then whole prompts
   * together.
   */
  async #admit(): Promise<void> {
    const { call, kept } = this.#setup
    if (this.#waiting !== null) this.#seatWaiting(this.#waiting)
    this.#retire()
    while (this.#freeSlots() > 0 && this.#waiting === null && this.#nextRequest < call.requests.length) {
      const { promptIds } = call.requests[this.#nextRequest]
      if (kept.longestPrefixOf(promptIds) !== null) await this.#extendKept(promptIds)
      else await this.#prefillTogether()
      this.#retire()
    }
  }

  #seatWaiting({ rows, cache }: WaitingSamples): void {
    const { decoder, call } = this.#setup
    const length = call.requests[rows[0].request].promptIds.length
    for (const row of rows.splice(0, this.#freeSlots())) {
      decoder.writeSlot(this.#rows.length, cache, { saved: length, used: length })
      this.#rows.push(row)
    }
    if (rows.length === 0) this.#waiting = null
  }

  async #extendKept(promptIds: readonly number[]): Promise<void> {
    const { decoder, kept, call, stepwiseTokens } = this.#setup
    const prefix = kept.longestPrefixOf(promptIds)
    if (prefix === null) return
    const slot = this.#rows.length
    const request = call.requests[this.#nextRequest]
    const saved = prefix.ids.length
    if (request.samples === 1 && promptIds.length - saved <= stepwiseTokens) {
      decoder.writeSlot(slot, prefix.cache, { saved, used: saved })
      this.#rows.push({ ...this.#newRow(request, this.#nextRequest, 0), pendingIds: promptIds.slice(saved) })
      this.#nextRequest++
      return
    }
    // at least two tokens a run: a single one may round differently
    const used = Math.min(saved, promptIds.length - 2)
    decoder.writeSlot(slot, prefix.cache, { saved, used })
    const next = await decoder.append(slot, promptIds.slice(used), used)
    this.#seat([this.#nextRequest], next)
    this.#nextRequest++
  }

  async #prefillTogether(): Promise<void> {
    const { decoder, call } = this.#setup
    const chosen = this.#promptsThatFit()
    this.#nextRequest += chosen.length
    const next = await decoder.prefill(
      this.#rows.length,
      chosen.map((request) => call.requests[request].promptIds),
    )
    this.#seat(chosen, next)
  }

  /**
   * The next requests whose samples all find slots (one request may find fewer), within the tokens of a
   * prefill.
   */
  #promptsThatFit(): number[] {
    const { call, kept } = this.#setup
    const chosen: number[] = []
    let slots = this.#freeSlots()
    let longest = 0
    for (let request = this.#nextRequest; request < call.requests.length; request++) {
      const { promptIds, samples } = call.requests[request]
      longest = Math.max(longest, promptIds.length)
      const isFirst = chosen.length === 0
      const isTooMuch = samples > slots || longest * (chosen.length + 1) > prefillTokens
      if (!isFirst && (isTooMuch || kept.longestPrefixOf(promptIds) !== null)) break
      chosen.push(request)
      slots -= samples
      if (slots <= 0) break
    }
    return chosen
  }

  /**
   * Draws the first token of every sample of freshly prefilled prompts (in the slots after the rows) and
   * seats the samples: the first where the prompt stands, the others in copies behind; what finds no slot
   * waits.
   */
  #seat(requests: readonly number[], next: NextTokens): void {
    const { decoder, call, slots } = this.#setup
    const base = this.#rows.length
    const first: Row[] = []
    const others: { row: Row; from: number }[] = []
    requests.forEach((request, index) => {
      const { promptIds, samples } = call.requests[request]
      for (let sample = 0; sample < samples; sample++) {
        const row = this.#newRow(call.requests[request], request, sample)
        this.#take(row, next.draw(index, row.random))
        if (sample === 0) first.push(row)
        else others.push({ row, from: base + index })
      }
      if (samples > slots - base) this.#keepWaiting(others, base, promptIds.length)
    })
    this.#rows.push(...first)
    for (const { row, from } of others) {
      decoder.copySlot(from, this.#rows.length, call.requests[row.request].promptIds.length)
      this.#rows.push(row)
    }
  }

  /**
   * More samples than slots (then the prompt is alone): the last of `others` wait with a copy of the cache.
   */
  #keepWaiting(others: { row: Row; from: number }[], slot: number, length: number): void {
    const seated = this.#setup.slots - slot - 1
    const rows = others.splice(seated).map(({ row }) => row)
    this.#waiting = { rows, cache: this.#setup.decoder.readSlot(slot, length) }
  }

  #newRow({ seedLabels }: SampleRequest, request: number, sample: number): Row {
    const random = forkRandom(this.#setup.call.settings.seed, ...seedLabels, sample)
    return { request, sample, random, completionIds: [], logProbs: [], pendingIds: [] }
  }

  #take(row: Row, { id, logProb }: DrawnToken): void {
    row.completionIds.push(id)
    row.logProbs.push(logProb)
    this.#tokens++
    this.#setup.call.onToken?.(row.request, row.sample, id)
  }

  /** Finished rows leave; the last row moves into each hole. */
  #retire(): void {
    for (let slot = this.#rows.length - 1; slot >= 0; slot--) {
      const row = this.#rows[slot]
      if (!this.#isFinished(row)) continue
      this.#finish(row, slot)
      const last = this.#rows.pop()
      if (last === undefined || slot === this.#rows.length) continue
      this.#setup.decoder.copySlot(this.#rows.length, slot, this.#cachedLength(last))
      this.#rows[slot] = last
    }
  }

  #isFinished({ completionIds }: Row): boolean {
    if (completionIds.length === 0) return false
    const { endIds, maxCompletionTokens } = this.#setup.call.settings
    return (
      completionIds.length >= maxCompletionTokens || endIds.includes(completionIds[completionIds.length - 1])
    )
  }

  #finish(row: Row, slot: number): void {
    const { call, kept, decoder } = this.#setup
    const lastId = row.completionIds[row.completionIds.length - 1]
    this.#completions[row.request][row.sample] = {
      completionIds: row.completionIds,
      samplingLogProbs: row.logProbs,
      finishReason: call.settings.endIds.includes(lastId) ? 'stop' : 'length',
    }
    if (call.keepCaches === true) {
      const ids = [...call.requests[row.request].promptIds, ...row.completionIds.slice(0, -1)]
      kept.keep({ ids, cache: decoder.readSlot(slot, ids.length) })
    }
    this.#done++
    call.onProgress?.(this.#done, this.#total, this.#tokens)
  }

  #cachedLength({ request, completionIds, pendingIds }: Row): number {
    const drawnAndCached = Math.max(0, completionIds.length - 1)
    return this.#setup.call.requests[request].promptIds.length - pendingIds.length + drawnAndCached
  }
}

/** The token that a row puts into the next step. */
function nextInput({ pendingIds, completionIds }: Row): number {
  return pendingIds.length > 0 ? pendingIds[0] : completionIds[completionIds.length - 1]
}

function stopped(done: number, total: number): RecheckError {
  return new RecheckError('sampler.stopped', `sampling was stopped after ${done} of ${total} completions`)
}
