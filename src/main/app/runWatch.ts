import { powerSaveBlocker, type BrowserWindow } from 'electron'
import type { Run } from '../../shared/runs/records.ts'
import type { ListedRun } from '../../shared/runs/runList.ts'
import type { Backend } from '../api/backend.ts'
import type { BackendSlot } from './backendSlot.ts'

/** @returns the runs that compute now; none when the backend does not answer */
export async function runningRuns(backend: Backend): Promise<readonly ListedRun[]> {
  const answers = await Promise.all([
    backend.request('run.list', { archived: false, statuses: ['running'] }),
    backend.request('run.list', { archived: true, statuses: ['running'] }),
  ])
  return answers
    .flatMap((answer) => (answer.ok ? (answer.data as readonly ListedRun[]) : []))
    .filter((run) => run.status === 'running')
}

/**
 * Keeps the machine awake while a run computes on it, and says so in the title (the task bar's own progress
 * does nothing on Linux). Asked anew when something happened; nothing is polled, and answers that overlap are
 * one.
 *
 * @returns a function that lets the machine sleep again and ends the watch
 */
export function watchRuns(window: BrowserWindow, backend: BackendSlot): () => void {
  let blocker: number | null = null
  let isUpdating = false
  let isOutdated = false
  const keepAwake = (isNeeded: boolean): void => {
    if (isNeeded && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!isNeeded && blocker !== null) {
      powerSaveBlocker.stop(blocker)
      blocker = null
    }
  }
  const update = async (): Promise<void> => {
    isOutdated = true
    if (isUpdating) return
    isUpdating = true
    while (isOutdated && !window.isDestroyed()) {
      isOutdated = false
      const [run] = await runningRuns(backend.target().backend)
      if (window.isDestroyed()) break // the machine may sleep, and is not to be kept awake once more
      const { server } = backend.target()
      keepAwake(run !== undefined && server === null) // a server keeps itself awake
      window.setTitle(windowTitle(run, server))
    }
    isUpdating = false
  }
  const ends = [
    backend.subscribe(({ event }) => {
      if (event.type !== 'progress' && event.type !== 'rollouts') void update()
    }),
    backend.onConnection(() => void update()),
  ]
  void update()
  return () => {
    for (const end of ends) end()
    keepAwake(false)
  }
}

/** For example `demo 40 % – Recheck on 127.0.0.1:7860`. */
export function windowTitle(
  run: Pick<Run, 'name' | 'step' | 'totalSteps'> | undefined,
  server: string | null,
): string {
  const app = server === null ? 'Recheck' : `Recheck on ${server}`
  if (run === undefined) return app
  const share = run.totalSteps > 0 ? ` ${Math.floor((100 * run.step) / run.totalSteps)} %` : ''
  return `${run.name}${share} – ${app}`
}
