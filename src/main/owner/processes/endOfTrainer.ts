import type { ErrorData } from '../../../shared/errors/recheckError.ts'
import type { RunStatus } from '../../../shared/runs/records.ts'
import { describeExit, type ExitAdvice, type TrainerExit } from './trainerExit.ts'

/** What a trainer was asked to do, which decides what its end means. */
export type Intent = 'run' | 'stop' | 'free-device'

interface TrainerEnd {
  readonly report: { readonly outcome: 'finished' | 'stopped' } | { readonly error: ErrorData } | null
  readonly intent: Intent
  readonly status: RunStatus
  readonly exit: TrainerExit
  readonly advice: ExitAdvice
}

/** Errors before which nothing was changed, and after which a person has to decide: the run waits. */
const pausingErrors: ReadonlySet<string> = new Set(['trainer.not-finite'])

/** What the end of a process means for its run. */
export function endOf(end: TrainerEnd): { readonly status: RunStatus; readonly error: ErrorData | null } {
  const { report, intent, status, exit, advice } = end
  if (report !== null && 'error' in report) {
    if (pausingErrors.has(report.error.code)) return { status: 'paused', error: report.error }
    return { status: status === 'paused' ? 'interrupted' : 'failed', error: report.error }
  }
  if (report !== null && report.outcome === 'finished') return { status: 'finished', error: null }
  if (report !== null && intent === 'free-device') return { status: 'paused', error: null }
  if (report !== null || intent === 'stop' || exit.wasStopped === true)
    return { status: 'stopped', error: null }
  // a job elsewhere may end before it has begun
  return { status: status === 'queued' ? 'failed' : 'interrupted', error: describeExit(exit, advice) }
}
