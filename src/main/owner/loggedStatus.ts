import type { Run } from '../../shared/runs/records.ts'
import { appendLog } from '../store/eventLog.ts'
import type { Database } from '../store/database.ts'
import { changeStatus, readRun, setTotalSteps, type StatusChange } from '../store/runs/runStore.ts'
import { withStoreErrors } from '../store/storeError.ts'

/** What a run's log says of a change of its status. */
interface StatusNote {
  readonly code: 'run.started' | 'run.resumed' | 'run.paused' | 'run.stopped' | 'run.finished'
  readonly message: string
}

/**
 * Changes a run's status and says so in its log: both or neither, so that a kill at any moment leaves no
 * entry out and none twice.
 *
 * @throws RecheckError `run.transition`, `store.disk-full`, `store.read-only`
 */
export function changeStatusNoted(db: Database, runId: string, change: StatusChange): Run {
  const inOne = db.transaction(() => {
    const before = readRun(db, runId)
    const after = changeStatus(db, runId, change)
    const note = noteOf(before, after)
    if (note !== null) appendLog(db, { ...note, runId, atMs: change.nowMs, level: 'info', remedy: null })
    return after
  })
  return withStoreErrors(db.name, () => inOne.immediate())
}

/** What ended by an error has an entry that says which; a run that is queued has nothing to tell yet. */
function noteOf(before: Run, after: Run): StatusNote | null {
  if (after.error !== null) return null
  switch (after.status) {
    case 'running':
      return before.startedAtMs === null
        ? { code: 'run.started', message: 'Started.' }
        : { code: 'run.resumed', message: 'Resumed.' }
    case 'paused':
      return after.processId === null
        ? { code: 'run.paused', message: 'Paused; its device is free.' }
        : { code: 'run.paused', message: 'Paused.' }
    case 'stopped':
      return before.status === 'queued'
        ? { code: 'run.stopped', message: 'Taken out of the queue.' }
        : { code: 'run.stopped', message: 'Stopped.' }
    case 'finished':
      return { code: 'run.finished', message: 'Finished.' }
    case 'queued':
    case 'interrupted':
    case 'failed':
      return null
  }
}

export interface Extension {
  readonly steps: number
  /** What the longer run does otherwise, for its log; null: nothing. */
  readonly note: string | null
  readonly nowMs: number
}

/** Gives a finished run more steps, says so in its log and puts it into the queue: all of it or nothing. */
export function extendRun(db: Database, run: Run, { steps, note, nowMs }: Extension): void {
  const { runId } = run
  // a length that followed from the data alone is not in the row
  const totalSteps = Math.max(run.totalSteps, run.stepsDone) + steps
  const inOne = db.transaction(() => {
    setTotalSteps(db, runId, totalSteps)
    changeStatus(db, runId, { status: 'queued', nowMs })
    const extended = `Extended by ${steps} ${steps === 1 ? 'step' : 'steps'} to ${totalSteps}.`
    const message = note === null ? extended : `${extended} ${note}`
    appendLog(db, { runId, atMs: nowMs, level: 'info', code: 'run.extended', message, remedy: null })
  })
  withStoreErrors(db.name, () => inOne.immediate())
}
