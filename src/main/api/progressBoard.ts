import type { Progress, RunEvent } from '../../shared/runs/runEvent.ts'

/** The last progress of each active run; shown, never stored. */
export interface ProgressBoard {
  note(runId: string, event: RunEvent): void
  of(runId: string): Progress | null
}

export function createProgressBoard(): ProgressBoard {
  const latest = new Map<string, Progress>()
  return {
    note(runId, event) {
      if (event.type === 'progress') latest.set(runId, event.progress)
      if (event.type === 'status' && event.status !== 'running' && event.status !== 'paused')
        latest.delete(runId)
    },
    of: (runId) => latest.get(runId) ?? null,
  }
}
