import { RecheckError } from '../errors/recheckError.ts'
import { runStatuses, type Run, type RunStatus } from './records.ts'

/**
 * Every change of status that may happen, and no other. A run goes on (`resume`, `extend`) only through the
 * queue, because another run may hold the device by then; a paused run whose process was kept goes on
 * directly.
 */
const allowed: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  queued: ['running', 'stopped', 'failed'],
  running: ['paused', 'stopped', 'interrupted', 'failed', 'finished'],
  paused: ['running', 'queued', 'stopped', 'interrupted'],
  stopped: ['queued'],
  interrupted: ['queued'],
  failed: ['queued'],
  finished: ['queued'],
}

export function mayBecome(from: RunStatus, to: RunStatus): boolean {
  return allowed[from].includes(to)
}

/** @throws RecheckError `run.transition` when the table does not allow the change */
export function assertMayBecome(runId: string, from: RunStatus, to: RunStatus): void {
  if (mayBecome(from, to)) return
  const choices = allowed[from].join(', ')
  throw new RecheckError(
    'run.transition',
    `run ${runId} is ${from} and cannot become ${to}; from ${from} it can become ${choices}.`,
    { runId, from, to },
  )
}

export const runActions = ['pause', 'stop-after-step', 'stop-now', 'resume', 'extend'] as const
export type RunAction = (typeof runActions)[number]

/** What a user may ask of such a run: the buttons of a page, the sub-commands of a terminal. */
export function actionsOf({ status, stage }: Pick<Run, 'status' | 'stage'>): readonly RunAction[] {
  if (stage === 'imported') return []
  switch (status) {
    case 'queued':
      return ['stop-now']
    case 'running':
      return ['pause', 'stop-after-step', 'stop-now']
    case 'paused':
      return ['resume', 'stop-now']
    case 'stopped':
    case 'interrupted':
    case 'failed':
      return ['resume']
    case 'finished':
      // stage 1 has no steps: it estimates each problem once
      return stage === 'self-correction' ? ['extend'] : []
  }
}

/** A run that no longer changes by itself. */
export function isOver(status: RunStatus): boolean {
  return runStatuses.includes(status) && !['queued', 'running', 'paused'].includes(status)
}
