import type { ReportFormat, ReportSubject, WrittenReport } from '../../../shared/routes/reports.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { formatBytes } from '../../../shared/text/format.ts'
import { systemClock } from '../../host/machine/clock.ts'
import { readStore } from '../../owner/withStore.ts'
import type { Database } from '../../store/database.ts'
import { readRun } from '../../store/runs/runStore.ts'
import type { ReportDocument } from './document.ts'
import { htmlReport } from './html.ts'
import { markdownReport } from './markdown.ts'
import { runReport } from './runReport.ts'
import { sweepReport } from './sweepReport.ts'

/** Plots drawn, of how many. */
export type OnPlot = (done: number, total: number) => void

/** Beyond it no browser opens it with pleasure, and it does not travel in one answer. */
const longestChars = 48_000_000

/** @throws RecheckError `run.unknown`, `sweep.unknown` */
export function subjectReport(db: Database, subject: ReportSubject, onPlot: OnPlot): ReportDocument {
  if ('sweep' in subject) return sweepReport(db, subject.sweep, onPlot)
  return runReport({ db, runs: subject.runIds.map((runId) => readRun(db, runId)), onPlot })
}

export interface WantedReport {
  readonly dataDir: string
  readonly subject: ReportSubject
  readonly format: ReportFormat
}

/**
 * A report for a page, all of it of one moment, however far a run gets meanwhile.
 *
 * @throws RecheckError `run.unknown`, `sweep.unknown`, `store.*`, `report.too-large`
 */
export async function reportForPage(
  { dataDir, subject, format }: WantedReport,
  onPlot: OnPlot,
): Promise<WrittenReport> {
  return readStore(dataDir, systemClock, (db) => {
    db.exec('BEGIN')
    const document = subjectReport(db, subject, onPlot)
    const text = format === 'markdown' ? markdownReport(document) : htmlReport(document)
    if (text.length > longestChars)
      throw new RecheckError(
        'report.too-large',
        `This report has ${formatBytes(text.length)}, more than the ${formatBytes(longestChars)} that a page takes. Choose fewer runs, or Markdown, or write it on that machine: recheck report.`,
      )
    return { name: fileName(subject, format), text }
  })
}

/** Whatever a sweep is called: no part of a path, and nothing that a shell or a browser would obey. */
function fileName(subject: ReportSubject, format: ReportFormat): string {
  const ending = format === 'markdown' ? 'md' : 'html'
  if ('runIds' in subject) {
    const [first = '', ...others] = subject.runIds
    return `report-${others.length === 0 ? first : `${subject.runIds.length}-runs`}.${ending}`
  }
  const plain = subject.sweep.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '')
  return `report-${plain === '' ? 'sweep' : plain}.${ending}`
}
