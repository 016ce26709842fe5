import { errorData } from '../../../shared/errors/recheckError.ts'
import { figuresOf, type MachineFigure } from '../../../shared/runs/machineHistory.ts'
import { openCardReadings } from '../../host/machine/cardReadings.ts'
import { openMachineSampler } from '../../host/machine/machineSampler.ts'
import type { Database } from '../../store/database.ts'
import { nextMachineSecond, storeMachineSamples, type MachineSample } from '../../store/machineStore.ts'
import { readRun } from '../../store/runs/runStore.ts'

export interface WatchedRun {
  readonly db: Database
  readonly runId: string
  /** Of its trainer. */
  readonly processId: number | null
  /** ms since 1970. */
  readonly nowMs: () => number
}

const everyMs = 1000
/** Written together: one flush of the disk for all of them. */
const samplesAtOnce = 10

/**
 * Keeps what the machine does with the run, once a second, while its trainer lives. It never holds up a run:
 * what cannot be stored (a full disk) is dropped.
 *
 * @returns ends the watch, and stores what is read and not stored yet
 */
export function watchMachine({ db, runId, processId, nowMs }: WatchedRun): () => void {
  const { startedAtMs, createdAtMs } = readRun(db, runId)
  const begunMs = startedAtMs ?? nowMs()
  const cards = openCardReadings()
  const sampler = openMachineSampler({ processId: () => processId, cards: cards.now })
  // the clock may be set meanwhile: from here on the steady one counts
  const steadyMs = performance.now()
  const firstSecond = Math.max(
    nextMachineSecond(db, runId),
    Math.floor((nowMs() - Math.max(begunMs, createdAtMs)) / 1000),
  )
  let figures: readonly MachineFigure[] = []
  let held: MachineSample[] = []
  const flush = (): void => {
    const samples = held.splice(0)
    if (samples.length > 0 && db.open) storeOrDrop(db, runId, { figures, samples })
  }
  const read = (): void => {
    const reading = figuresOf(sampler.read(performance.now()))
    // a card that appears, or goes, changes what a sample means
    if (reading.length !== figures.length) flush()
    figures = reading.map(([figure]) => figure)
    const second = firstSecond + Math.floor((performance.now() - steadyMs) / 1000)
    held.push({ second, values: reading.map(([, value]) => value) })
    if (held.length >= samplesAtOnce) flush()
  }
  const timer = setInterval(read, everyMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    cards.close()
    flush()
    held = []
  }
}

function storeOrDrop(db: Database, runId: string, samples: Parameters<typeof storeMachineSamples>[2]): void {
  try {
    storeMachineSamples(db, runId, samples)
  } catch (thrown) {
    // the run itself waits for the disk and says so; these figures are not worth it
    if (!errorData(thrown).code.startsWith('store.')) throw thrown
  }
}
