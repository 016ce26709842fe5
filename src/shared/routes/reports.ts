import { z } from 'zod'
import { longestName, nameText } from '../text/labels.ts'
import { distinct, output, runId } from './parts.ts'

/** Runs that a report speaks of at most. */
export const mostReported = 20

/** What a report is on: runs, or a sweep (a comparison of methods, a group). */
export const ReportSubject = z.union([
  z.strictObject({ runIds: distinct(z.array(runId).min(1).max(mostReported)) }),
  z.strictObject({ sweep: nameText(longestName) }),
])
export type ReportSubject = z.output<typeof ReportSubject>

/** One page that needs nothing else, or Markdown without plots. */
export const reportFormats = ['html', 'markdown'] as const
export type ReportFormat = (typeof reportFormats)[number]

/** To every page: the one that asked knows its report's id. */
export interface ReportNews {
  readonly type: 'reporting'
  readonly reportId: string
  /** Plots drawn, of how many. */
  readonly done: number
  readonly total: number
}

/** Asked of a process of its own. */
export interface ReportQuestion {
  readonly question: 'report'
  readonly dataDir: string
  readonly subject: ReportSubject
  readonly format: ReportFormat
}

export interface WrittenReport {
  /** For the file: letters, digits, dots and dashes alone. */
  readonly name: string
  readonly text: string
}

export const reportRoutes = {
  /** As `recheck report` writes it; told plot by plot as `reporting` events. */
  'report.write': {
    input: z.strictObject({
      /** Chosen by the page: it names the events. */
      reportId: z.string().min(1).max(100),
      subject: ReportSubject,
      format: z.enum(reportFormats).default('html'),
    }),
    output: output<WrittenReport>(),
  },
} as const
