import type { Run } from '../../shared/runs/records.ts'
import { startedStage } from '../../shared/runs/startedStage.ts'
import { commandLineOf, isAlive } from '../host/machine/processInfo.ts'
import { readCheckpoints } from '../store/checkpointStore.ts'
import type { Database } from '../store/database.ts'
import { appendLog } from '../store/eventLog.ts'
import { isOpenRemote } from '../store/runs/remoteRunStore.ts'
import { changeStatus, runsWithStatus } from '../store/runs/runStore.ts'
import { resumePoint } from '../wire/resumePoint.ts'

const message = 'The process that ran this is gone without a last word. Nothing stored is lost.'

/**
 * Sets right what a killed owner has left: runs that stand as running or paused have nobody behind them. A
 * trainer that still lives is ended; one that has become another program's process is left alone. To be
 * called by the holder of the folder's lock.
 *
 * @returns the runs found, now interrupted; those that wait in the queue stay there
 */
export function recoverRuns(db: Database, dataDir: string, nowMs: number): readonly Run[] {
  return runsWithStatus(db, ['running', 'paused']).flatMap(
    (run) => recoverRun(db, run, { dataDir, nowMs }) ?? [],
  )
}

/** The same for one run that nobody executes. @returns null when nothing was wrong with it */
export function recoverRun(
  db: Database,
  run: Run,
  { dataDir, nowMs }: { readonly dataDir: string; readonly nowMs: number },
): Run | null {
  const isHeld = run.status === 'running' || (run.status === 'paused' && run.processId !== null)
  // what is executed elsewhere outlives its owner
  if (!isHeld || isOpenRemote(db, run.runId)) return null
  endOrphan(run, dataDir)
  const remedy = resumePoint(startedStage(run), readCheckpoints(db, run.runId)[0]?.step ?? null)
  const endedAtMs = run.heartbeatAtMs ?? run.startedAtMs ?? nowMs
  appendLog(db, {
    runId: run.runId,
    atMs: nowMs,
    level: 'warning',
    message,
    remedy,
    code: 'run.interrupted',
  })
  return changeStatus(db, run.runId, {
    status: 'interrupted',
    error: { code: 'run.interrupted', message: `${message} ${remedy}` },
    nowMs: endedAtMs,
  })
}

function endOrphan(run: Run, dataDir: string): void {
  if (run.processId === null) return
  const mark = { processId: run.processId, processStartedAtMs: run.processStartedAtMs }
  if (!isAlive(mark) || !isTrainerOf(run, dataDir)) return
  try {
    process.kill(run.processId, 'SIGKILL')
  } catch (thrown) {
    // it has ended between the look and the blow
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown
  }
}

/**
 * Its arguments name the run and the folder: a copy of a store that is in use (a backup) names the trainer of
 * the original, which is to live. Where the system does not show them, id and start time must do.
 */
function isTrainerOf(run: Run, dataDir: string): boolean {
  const words = run.processId === null ? [] : commandLineOf(run.processId)
  return words.length === 0 || (words.includes(run.runId) && words.includes(dataDir))
}
