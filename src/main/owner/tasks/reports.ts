import { join } from 'node:path'
import type { ReportQuestion, WrittenReport } from '../../../shared/routes/reports.ts'
import { projectFolder } from '../../host/machine/paths.ts'
import { askProcess } from '../processes/askProcess.ts'
import { InTurn } from '../processes/inTurn.ts'

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
  readonly #turns = new InTurn({
    atOnce: 1,
    mostWaiting,
    busyText: `${mostWaiting} reports wait already, and one is written at a time. Try again in a moment.`,
    abandonedText: 'The report was given up, because nobody waits for it any more.',
  })

  constructor(setup: ReportsSetup) {
    this.#setup = setup
  }

  /** @throws RecheckError `run.unknown`, `sweep.unknown`, `report.too-large`, `store.*`, `inquiry.*` */
  async write(
    asked: Omit<ReportQuestion, 'question' | 'dataDir'>,
    { onPlot, signal }: ReportTold,
  ): Promise<WrittenReport> {
    const { nodePath, dataDir, programPath = join(projectFolder, 'src', 'main', 'inspect.ts') } = this.#setup
    const question: ReportQuestion = { question: 'report', dataDir, ...asked }
    const ask = (end: AbortSignal): Promise<unknown> =>
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
    return (await this.#turns.run(ask, signal)) as WrittenReport
  }

  /** Ends the process; what waits is given up. */
  close(): Promise<void> {
    return this.#turns.close()
  }
}
