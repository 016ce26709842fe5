import type { OwnerHandlers, StoreEvent } from '../../shared/routes/contract.ts'
import type { Owner } from '../owner/owner.ts'

export type ReportRoute = 'report.write'

export interface ReportHandlersSetup {
  readonly owner: Owner
  /** An event to all pages. */
  readonly tell: (event: StoreEvent) => void
}

/** Reports on runs and sweeps. */
export function reportHandlers({ owner, tell }: ReportHandlersSetup): Pick<OwnerHandlers, ReportRoute> {
  const { reports } = owner.workshop
  return {
    'report.write': async ({ reportId, ...asked }, { signal }) =>
      reports.write(asked, {
        signal,
        onPlot: (done, total) => tell({ runIds: [], event: { type: 'reporting', reportId, done, total } }),
      }),
  }
}
