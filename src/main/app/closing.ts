import { app, dialog, Menu, nativeImage, Tray, type BrowserWindow } from 'electron'
import type { Run } from '../../shared/records.ts'
import type { Backend } from '../api/backend.ts'
import { activeRuns } from './runWatch.ts'

const choices = ['Keep running in the tray', 'Stop after this step', 'Cancel'] as const

/**
 * Asks before a window with a running job closes: keep running in the tray, stop after this step, or cancel.
 * In connect mode the runs belong to the server, so the window just closes.
 */
export function askBeforeClosing(window: BrowserWindow, backend: Backend, iconFile: string): void {
  let mayClose = false
  let tray: Tray | null = null
  window.on('close', (event) => {
    if (mayClose) return
    event.preventDefault()
    void activeRuns(backend).then(async (runs) => {
      const choice = runs.length === 0 ? 1 : await askUser(window, runs)
      if (choice === 2) return
      if (choice === 0) {
        tray ??= openTray(window, iconFile)
        window.hide()
        return
      }
      for (const run of runs) await backend.request('run.stop', { runId: run.runId, when: 'after-step' })
      await ended(backend)
      mayClose = true
      tray?.destroy()
      window.close()
    })
  })
}

async function askUser(window: BrowserWindow, runs: readonly Run[]): Promise<number> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message:
      runs.length === 1 ? `"${runs[0]?.name}" is still running.` : `${runs.length} runs are still running.`,
    detail: 'Stopping finishes the step, writes a checkpoint, and can be resumed at any time.',
    buttons: [...choices],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  })
  return response
}

function openTray(window: BrowserWindow, iconFile: string): Tray {
  const tray = new Tray(nativeImage.createFromPath(iconFile))
  const show = (): void => window.show()
  tray.setToolTip('Recheck is running')
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: 'Show', click: show },
      { label: 'Quit', click: () => app.quit() },
    ]),
  )
  tray.on('click', show)
  return tray
}

/** Resolves when no run has a process any more. */
async function ended(backend: Backend): Promise<void> {
  if ((await activeRuns(backend)).length === 0) return
  await new Promise<void>((resolve) => {
    const unsubscribe = backend.subscribe(({ event }) => {
      if (event.type !== 'status') return
      void activeRuns(backend).then((runs) => {
        if (runs.length > 0) return
        unsubscribe()
        resolve()
      })
    })
  })
}
