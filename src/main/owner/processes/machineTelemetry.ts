import { totalmem } from 'node:os'
import type { Run } from '../../../shared/runs/records.ts'
import type { Telemetry } from '../../../shared/routes/app.ts'
import { openCardReadings, type CardReadings } from '../../host/machine/cardReadings.ts'
import { openMachineSampler, type MachineSampler } from '../../host/machine/machineSampler.ts'

/** Two pages that ask at a time get one reading: load is of the time between two. */
const freshMs = 1000
/** Pages ask every few seconds; the tool that reads graphics cards ends when none does. */
const keptMs = 10_000

interface Watch {
  readonly sampler: MachineSampler
  readonly cards: CardReadings
}

/** What the machine is doing now: processors, memory, the trainer's part of it, graphics cards if there are any. */
export class MachineTelemetry {
  readonly #openCards: () => CardReadings
  #watch: Watch | null = null
  #idle: NodeJS.Timeout | undefined
  #newest: { readonly steadyMs: number; readonly telemetry: Telemetry } | null = null
  #trainer: number | null = null

  constructor(openCards: () => CardReadings = openCardReadings) {
    this.#openCards = openCards
  }

  /**
   * @param live  runs that are running or paused
   * @param nowMs  since 1970
   * @param steadyMs  of a clock that is never set
   */
  read(live: readonly Run[], nowMs: number, steadyMs = performance.now()): Telemetry {
    if (this.#newest !== null && steadyMs - this.#newest.steadyMs < freshMs) return this.#newest.telemetry
    this.#trainer = live.find((run) => run.processId !== null)?.processId ?? null
    this.#watch ??= this.#begin()
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.close(), keptMs).unref()
    const reading = this.#watch.sampler.read(steadyMs)
    const telemetry: Telemetry = {
      atMs: Math.round(nowMs),
      cpuPercent: reading.cpuPercent,
      memoryUsedBytes: reading.memoryBytes,
      memoryTotalBytes: totalmem(),
      trainerMemoryBytes: reading.trainerBytes,
      cards: reading.cards,
    }
    this.#newest = { steadyMs, telemetry }
    return telemetry
  }

  close(): void {
    clearTimeout(this.#idle)
    this.#watch?.cards.close()
    this.#watch = null
    this.#newest = null
  }

  #begin(): Watch {
    const cards = this.#openCards()
    return { cards, sampler: openMachineSampler({ processId: () => this.#trainer, cards: cards.now }) }
  }
}
