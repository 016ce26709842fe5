import { basename, join } from 'node:path'
import type { ImportedRun, ImportedSeries, ImportOutcome } from '../../../shared/runs/imports/importedRun.ts'
import type { RunReadingEvent, RunsQuestion } from '../../../shared/runs/imports/importedRunLines.ts'
import type { Progress } from '../../../shared/runs/runEvent.ts'
import { plainLine } from '../../../shared/text/plainText.ts'
import type { Clock } from '../../host/machine/clock.ts'
import { newRunId } from '../../host/machine/identifiers.ts'
import { fromHome, projectFolder } from '../../host/machine/paths.ts'
import type { Database } from '../../store/database.ts'
import { storeImportedRuns } from '../../store/runs/importedRunStore.ts'
import { askProcess } from '../processes/askProcess.ts'
import { InTurn } from '../processes/inTurn.ts'

export interface RunImportsSetup {
  /** The Node 24 binary. */
  readonly nodePath: string
  readonly clock: Pick<Clock, 'nowMs' | 'steadyMs'>
  readonly db: Database
  /** Runs are there that were not. */
  readonly onStored: () => void
}

export interface WantedImport {
  /** File or folder, absolute. */
  readonly path: string
  /** As people call it. */
  readonly name: string
  readonly stepColumn: string | null
}

export interface ImportTold {
  readonly signal: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

const ignore = (): void => undefined

/** Runs that other tools have logged: read by a process of their own, one import at a time, and stored here. */
export class RunImports {
  readonly #setup: RunImportsSetup
  readonly #turns = new InTurn({
    atOnce: 1,
    abandonedText: 'Nothing was imported: nobody waits for it any more.',
  })

  constructor(setup: RunImportsSetup) {
    this.#setup = setup
  }

  /**
   * @returns one entry a run, in the order of the file
   * @throws RecheckError `import.*`, `data.*`, `file.*`, `inquiry.*`, `store.*`; then nothing is stored
   */
  async import(
    wanted: WantedImport,
    { signal, onProgress = ignore }: ImportTold,
  ): Promise<readonly ImportOutcome[]> {
    return this.#turns.run(async (end) => {
      const runs = await this.#read(wanted, { signal: end, onProgress })
      end.throwIfAborted()
      return this.#store(runs, wanted)
    }, signal)
  }

  /**
   * Every run below a folder of this machine.
   *
   * @param folder  as a page names it: `~` is the home folder
   * @throws RecheckError as `import`
   */
  importFolder(folder: string, told: ImportTold): Promise<readonly ImportOutcome[]> {
    const path = fromHome(folder)
    return this.import({ path, name: path, stepColumn: null }, told)
  }

  close(): Promise<void> {
    return this.#turns.close()
  }

  async #read(
    wanted: WantedImport,
    { signal, onProgress }: Required<ImportTold>,
  ): Promise<readonly ImportedRun[]> {
    const { nodePath, clock } = this.#setup
    const question: RunsQuestion = { question: 'runs.read', ...wanted }
    const intake = new LineIntake(onProgress, clock)
    await askProcess({
      nodePath,
      programPath: join(projectFolder, 'src', 'main', 'inspect.ts'),
      question,
      signal,
      withinMs: null,
      onEvent: (event) => intake.take(event as RunReadingEvent),
    })
    return intake.runs()
  }

  #store(runs: readonly ImportedRun[], { name }: WantedImport): readonly ImportOutcome[] {
    const { db, clock, onStored } = this.#setup
    const nowMs = clock.nowMs()
    const source = plainLine(basename(name))
    const outcomes = storeImportedRuns(db, runs, { newRunId: () => newRunId(nowMs), source, nowMs })
    onStored()
    return outcomes
  }
}

type Columns = readonly [step: Float64Array, timeMs: Float64Array, value: Float64Array]

interface BegunRun {
  readonly head: Omit<ImportedRun, 'series'>
  readonly parts: Map<string, Columns[]>
}

/** Puts together what the reading process tells line by line. */
class LineIntake {
  readonly #begun: BegunRun[] = []
  readonly #onProgress: (progress: Progress) => void
  readonly #clock: Pick<Clock, 'steadyMs'>
  readonly #startMs: number

  constructor(onProgress: (progress: Progress) => void, clock: Pick<Clock, 'steadyMs'>) {
    this.#onProgress = onProgress
    this.#clock = clock
    this.#startMs = clock.steadyMs()
  }

  take(event: RunReadingEvent): void {
    switch (event.type) {
      case 'progress': {
        const { done, total, unit } = event
        const seconds = (this.#clock.steadyMs() - this.#startMs) / 1000
        const ratePerSecond = seconds > 0 && done > 0 ? done / seconds : null
        const secondsLeft = ratePerSecond === null || total === 0 ? null : (total - done) / ratePerSecond
        this.#onProgress({ activity: 'reading runs', done, total, unit, ratePerSecond, secondsLeft })
        return
      }
      case 'run':
        this.#begun.push({ head: event.head, parts: new Map() })
        return
      case 'points': {
        const { parts } = this.#begun.at(-1) ?? { parts: new Map<string, Columns[]>() }
        const [step, timeMs, value] = event.columns
        const columns: Columns = [numbersOf(step), numbersOf(timeMs), numbersOf(value)]
        const known = parts.get(event.metric)
        if (known === undefined) parts.set(event.metric, [columns])
        else known.push(columns)
      }
    }
  }

  runs(): readonly ImportedRun[] {
    return this.#begun.map(({ head, parts }) => ({ ...head, series: [...parts].map(joined) }))
  }
}

function numbersOf(base64: string): Float64Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'))
  return new Float64Array(bytes.buffer, 0, bytes.byteLength / 8)
}

function joined([name, parts]: readonly [string, readonly Columns[]]): ImportedSeries {
  const total = parts.reduce((sum, [step]) => sum + step.length, 0)
  const series = {
    name,
    step: new Float64Array(total),
    timeMs: new Float64Array(total),
    value: new Float64Array(total),
  }
  let at = 0
  for (const [step, timeMs, value] of parts) {
    series.step.set(step, at)
    series.timeMs.set(timeMs, at)
    series.value.set(value, at)
    at += step.length
  }
  return series
}
