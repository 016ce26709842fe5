import { join } from 'node:path'
import PQueue from 'p-queue'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { ReportQuestion, WrittenReport } from '../../../shared/routes/reports.ts'
import { projectFolder } from '../../host/machine/paths.ts'
import { askProcess } from '../processes/askProcess.ts'

export interface ReportsSetup {
  /** The Node 24 binary. */
  readonly nodePath: string
  readonly dataDir: string
  /** `src/main/inspect.ts`; another program in tests. */
  readonly programPath?: string
}

export interface ReportTold {
  /** Plots drawn, of how many. */
  readonly onPlot: (done: number, total: number) => void
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

interface Drawn {
  readonly done: number
  readonly total: number
}

/** Reports that may wait for the one under way. */
const mostWaiting = 4

/**
 * Reports for pages, one at a time, each written by a process of its own: drawing plots takes seconds, in
 * which the owner has runs to look after.
 */
export class Reports {
  readonly #setup: ReportsSetup
  readonly #queue = new PQueue({ concurrency: 1 })
  readonly #closing = new AbortController()

  constructor(setup: ReportsSetup) {
    this.#setup = setup
  }

  /** @throws RecheckError `run.unknown`, `sweep.unknown`, `report.too-large`, `store.*`, `inquiry.*` */
  async write(
    asked: Omit<ReportQuestion, 'question' | 'dataDir'>,
    { onPlot, signal }: ReportTold,
  ): Promise<WrittenReport> {
    const { nodePath, dataDir, programPath = join(projectFolder, 'src', 'main', 'inspect.ts') } = this.#setup
    if (this.#queue.size >= mostWaiting)
      throw new RecheckError(
        'inquiry.busy',
        `${mostWaiting} reports wait already, and one is written at a time. Try again in a moment.`,
      )
    const end = AbortSignal.any([this.#closing.signal, signal])
    const question: ReportQuestion = { question: 'report', dataDir, ...asked }
    const ask = (): Promise<unknown> =>
      askProcess({
        nodePath,
        programPath,
        question,
        signal: end,
        withinMs: null,
        onEvent: (event) => {
          const { done, total } = event as Drawn
          onPlot(done, total)
        },
      })
    try {
      return (await this.#queue.add(ask, { signal: end })) as WrittenReport
    } catch (thrown) {
      if (!end.aborted) throw thrown
      throw new RecheckError(
        'inquiry.abandoned',
        'The report was given up, because nobody waits for it any more.',
      )
    }
  }

  /** Ends the process; what waits is given up. */
  close(): void {
    this.#closing.abort()
  }
}
