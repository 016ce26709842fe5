import { RecheckError } from '../../shared/errors/recheckError.ts'
import { forkRandom } from '../random.ts'
import type { Random } from '../random.ts'
import type { ChunkDecoder, DrawnRows, ExtendedRow } from './chunkDecoder.ts'
import type { Completion, SampleCall } from './sampler.ts'
import type { KeptSlot, SlotTable } from './slotTable.ts'

export interface ChunkScheduleSetup {
  readonly decoder: ChunkDecoder
  readonly slots: SlotTable
  readonly call: SampleCall
  readonly chunk: number
  readonly maxRows: number
}

/** One sample in the making. Its cache holds prompt + completion but the last drawn token. */
interface Row {
  readonly request: number
  readonly sample: number
  readonly random: Random
  readonly completionIds: number[]
  readonly logProbs: number[]
  slot: number
}

/**
 * Samples of one prompt that found no slot: their first tokens are drawn. The prompt's cache is the beginning
 * of `slot`, in which one of its samples may run: tokens after the prompt are all that it writes.
 */
interface WaitingSamples {
  readonly rows: Row[]
  readonly slot: number
}

/** A request about to be prefilled, from a kept row on or from the beginning. */
interface Admission {
  readonly request: number
  readonly kept: KeptSlot | null
}

/** Flat tokens of one prefill, pads included: enough for good products, little enough for flat memory. */
const prefillTokens = 4096

/** One call of the chunk sampler: rows that run, requests that wait, completions that are done. */
export class ChunkSchedule {
  readonly #setup: ChunkScheduleSetup
  readonly #completions: Completion[][]
  readonly #total: number
  /** Prompts that wait to extend a kept row. */
  readonly #wanted = new Map<KeptSlot, number>()
  #rows: Row[] = []
  #nextRequest = 0
  #waiting: WaitingSamples | null = null
  #done = 0
  #tokens = 0

  constructor(setup: ChunkScheduleSetup) {
    const { requests } = setup.call
    this.#setup = setup
    this.#completions = requests.map(() => [])
    this.#total = requests.reduce((sum, { samples }) => sum + samples, 0)
    for (const { promptIds } of requests) {
      const kept = setup.slots.longestPrefixOf(promptIds)
      if (kept !== null) this.#wanted.set(kept, (this.#wanted.get(kept) ?? 0) + 1)
    }
  }

  async run(): Promise<readonly (readonly Completion[])[]> {
    while (this.#rows.length > 0 || this.#hasWaiting()) {
      if (this.#setup.call.signal?.aborted === true) throw stopped(this.#done, this.#total)
      if (this.#hasWaiting()) await this.#admit()
      if (this.#rows.length > 0) await this.#decode()
    }
    return this.#completions
  }

  #hasWaiting(): boolean {
    return this.#waiting !== null || this.#nextRequest < this.#setup.call.requests.length
  }

  #freeRows(): number {
    const { slots, maxRows } = this.#setup
    return Math.min(slots.available, maxRows - this.#rows.length)
  }

  /** Fills free slots: samples that wait for one, then the next prompts, many in one run. */
  async #admit(): Promise<void> {
    if (this.#waiting !== null) this.#seatWaiting(this.#waiting)
    while (this.#freeRows() > 0 && this.#waiting === null) {
      const admitted = this.#promptsThatFit()
      if (admitted.length === 0) return
      this.#nextRequest += admitted.length
      await this.#extend(admitted)
      this.#retire()
    }
  }

  /**
   * The first to be seated takes the prompt's own slot where no sample runs in it; so it is never left over.
   */
  #seatWaiting({ rows, slot }: WaitingSamples): void {
    if (this.#rows.length < this.#setup.maxRows && !this.#rows.some((row) => row.slot === slot)) {
      const [first] = rows.splice(0, 1)
      first.slot = slot
      this.#rows.push(first)
    }
    this.#seatCopies(rows, slot)
    if (rows.length === 0) this.#waiting = null
    this.#retire()
  }

  /**
   * Seats samples of a prompt in copies of its cache, as many as find a slot; the others stay in the list.
   */
  #seatCopies(rows: Row[], from: number): void {
    const moves = rows.splice(0, this.#freeRows()).map((row) => {
      row.slot = this.#takeSlot()
      this.#rows.push(row)
      return { from, to: row.slot }
    })
    if (moves.length > 0) this.#setup.decoder.copy(moves)
  }

  /**
   * The next requests whose samples all find slots (the first may find fewer), within the tokens of a
   * prefill.
   */
  #promptsThatFit(): Admission[] {
    const { call, slots } = this.#setup
    const chosen: Admission[] = []
    let left = this.#freeRows()
    let longest = 0
    for (let request = this.#nextRequest; request < call.requests.length && left > 0; request++) {
      const { promptIds, samples } = call.requests[request]
      const kept = slots.longestPrefixOf(promptIds)
      longest = Math.max(longest, promptIds.length - (kept?.ids.length ?? 0))
      const isTooMuch = samples > left || longest * (chosen.length + 1) > prefillTokens
      if (chosen.length > 0 && isTooMuch) break
      chosen.push({ request, kept })
      left -= samples
    }
    return chosen
  }

  /** Prefills prompts, draws the first token of every sample and seats the samples. */
  async #extend(admitted: readonly Admission[]): Promise<void> {
    const { decoder, call } = this.#setup
    const rows = this.#extendedRows(admitted)
    const samples = admitted.flatMap(({ request }, at) =>
      Array.from({ length: call.requests[request].samples }, (_, sample) => ({
        at,
        row: this.#newRow(request, sample),
      })),
    )
    const draws = samples.map(({ at, row }) => ({ row: at, uniform: this.#uniform(row) }))
    const drawn = await decoder.extend(rows, draws)
    samples.forEach(({ row }, i) => this.#take(row, drawn.ids[i], drawn.logProbs[i]))
    admitted.forEach((_, at) => {
      const { slot } = rows[at]
      const [first, ...others] = samples.filter((sample) => sample.at === at).map(({ row }) => row)
      first.slot = slot
      this.#rows.push(first)
      this.#seatCopies(others, slot)
      if (others.length > 0) this.#waiting = { rows: others, slot }
    })
  }

  #extendedRows(admitted: readonly Admission[]): ExtendedRow[] {
    const { decoder, call, slots } = this.#setup
    const copies: { from: number; to: number }[] = []
    // rows that run again are taken out first, so that none of them makes way
    const plans = admitted.map(({ request, kept }) => {
      if (kept === null) return { request, kept, slot: null }
      const others = (this.#wanted.get(kept) ?? 1) - 1
      this.#wanted.set(kept, others)
      if (others > 0) return { request, kept, slot: null }
      slots.resume(kept)
      return { request, kept, slot: kept.slot }
    })
    const rows = plans.map(({ request, kept, slot }) => {
      const taken = slot ?? this.#takeSlot()
      if (kept !== null && slot === null) copies.push({ from: kept.slot, to: taken })
      const start = kept?.ids.length ?? 0
      return { slot: taken, start, ids: call.requests[request].promptIds.slice(start) }
    })
    if (copies.length > 0) decoder.copy(copies)
    return rows
  }

  #takeSlot(): number {
    return this.#setup.slots.take((kept) => (this.#wanted.get(kept) ?? 0) > 0)
  }

  async #decode(): Promise<void> {
    const { decoder, slots, chunk } = this.#setup
    const steps = Math.min(chunk, Math.max(...this.#rows.map((row) => this.#tokensLeft(row))))
    const longest = Math.max(
      ...this.#rows.map((row) => this.#cachedLength(row) + Math.min(steps, this.#tokensLeft(row))),
    )
    const length = decoder.roundedLength(longest)
    if (length > slots.length) {
      decoder.grow(length)
      slots.grow(length)
    }
    const rows = this.#rows.map((row) => ({
      slot: row.slot,
      length: this.#cachedLength(row),
      lastId: row.completionIds[row.completionIds.length - 1],
      uniforms: Array.from({ length: steps }, () => this.#uniform(row)),
    }))
    this.#takeAll(await decoder.decode(rows, steps))
    this.#retire()
  }

  /** Tokens after a row's end were drawn for nothing. */
  #takeAll({ ids, logProbs }: DrawnRows): void {
    this.#rows.forEach((row, at) => {
      for (let t = 0; t < ids[at].length && !this.#isFinished(row); t++) {
        this.#take(row, ids[at][t], logProbs[at][t])
      }
    })
  }

  #newRow(request: number, sample: number): Row {
    const { settings, requests } = this.#setup.call
    const random = forkRandom(settings.seed, ...requests[request].seedLabels, sample)
    return { request, sample, random, completionIds: [], logProbs: [], slot: -1 }
  }

  /** Greedy choices take no number of the stream. */
  #uniform({ random }: Row): number {
    return this.#setup.call.settings.temperature === 0 ? 0 : random.next()
  }

  #take(row: Row, id: number, logProb: number): void {
    if (!Number.isFinite(logProb)) throw notFinite(logProb)
    row.completionIds.push(id)
    row.logProbs.push(logProb)
    this.#tokens++
    this.#setup.call.onToken?.(row.request, row.sample, id)
  }

  #retire(): void {
    const finished = this.#rows.filter((row) => this.#isFinished(row))
    this.#rows = this.#rows.filter((row) => !this.#isFinished(row))
    for (const row of finished) this.#finish(row)
  }

  #isFinished({ completionIds }: Row): boolean {
    const { endIds, maxCompletionTokens } = this.#setup.call.settings
    return (
      completionIds.length >= maxCompletionTokens || endIds.includes(completionIds[completionIds.length - 1])
    )
  }

  #finish(row: Row): void {
    const { call, slots } = this.#setup
    const lastId = row.completionIds[row.completionIds.length - 1]
    this.#completions[row.request][row.sample] = {
      completionIds: row.completionIds,
      samplingLogProbs: row.logProbs,
      finishReason: call.settings.endIds.includes(lastId) ? 'stop' : 'length',
    }
    if (row.slot === this.#waiting?.slot) {
      // the prompt's cache is still needed
    } else if (call.keepCaches === true) {
      const ids = [...call.requests[row.request].promptIds, ...row.completionIds.slice(0, -1)]
      slots.keep({ ids, slot: row.slot })
    } else {
      slots.release(row.slot)
    }
    this.#done++
    call.onProgress?.(this.#done, this.#total, this.#tokens)
  }

  #cachedLength({ request, completionIds }: Row): number {
    return this.#setup.call.requests[request].promptIds.length + completionIds.length - 1
  }

  #tokensLeft({ completionIds }: Row): number {
    return this.#setup.call.settings.maxCompletionTokens - completionIds.length
  }
}

function notFinite(logProb: number): RecheckError {
  return new RecheckError(
    'sampler.not-finite',
    `sampling: expected a finite log-prob, got ${logProb}. The model's weights have probably diverged; ` +
      'go back to an earlier checkpoint or lower the learning rate.',
  )
}

function stopped(done: number, total: number): RecheckError {
  return new RecheckError('sampler.stopped', `sampling was stopped after ${done} of ${total} completions`)
}
