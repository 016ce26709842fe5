import { powerSaveBlocker, type BrowserWindow } from 'electron'
import type { Run } from '../../shared/records.ts'
import type { Backend } from '../api/backend.ts'

/** @returns the runs that have a process now */
export async function activeRuns(backend: Backend): Promise<readonly Run[]> {
  const answer = await backend.request('run.list', {})
  if (!answer.ok) return []
  return (answer.data as readonly Run[]).filter((run) => run.status === 'running')
}

/**
 * Keeps the machine awake while a run is active, and says so in the title (the task bar's own progress does nothing on
 * Linux). Asked anew at every change of status; nothing is polled.
 *
 * @returns a function that lets the machine sleep again and ends the watch
 */
export function watchRuns(window: BrowserWindow, backend: Backend): () => void {
  let blocker: number | null = null
  const update = async (): Promise<void> => {
    const [run] = await activeRuns(backend)
    if (run !== undefined && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (run === undefined && blocker !== null) {
      powerSaveBlocker.stop(blocker)
      blocker = null
    }
    if (!window.isDestroyed()) window.setTitle(windowTitle(run))
  }
  const unsubscribe = backend.subscribe(({ event }) => {
    if (event.type === 'status' || event.type === 'metrics') void update()
  })
  void update()
  return () => {
    unsubscribe()
    if (blocker !== null) powerSaveBlocker.stop(blocker)
  }
}

export function windowTitle(run: Run | undefined): string {
  if (run === undefined) return 'Recheck'
  const share = run.totalSteps > 0 ? ` ${Math.floor((100 * run.step) / run.totalSteps)} %` : ''
  return `${run.name}${share} – Recheck`
}
