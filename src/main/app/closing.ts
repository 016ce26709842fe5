import { app, dialog, Menu, nativeImage, Tray, type BrowserWindow } from 'electron'
import type { Run } from '../../shared/runs/records.ts'
import type { BackendSlot } from './backendSlot.ts'
import { runningRuns } from './runWatch.ts'

/** Buttons of the question, in the order in which they stand. */
export const closingChoices = ['Keep running in the tray', 'Stop after this step', 'Cancel'] as const

export type ClosingChoice = 'tray' | 'stop' | 'cancel'

/**
 * Asks before a window with a running job closes: keep running in the tray, stop after this step, or cancel.
 * The runs of a server go on without the window, so nothing is asked there.
 */
export function askBeforeClosing(window: BrowserWindow, backend: BackendSlot, iconFile: string): void {
  let state: 'open' | 'asking' | 'stopping' = 'open'
  let tray: Tray | null = null
  const end = async (): Promise<void> => {
    state = 'stopping'
    await backend.close().catch((thrown: unknown) => dialog.showErrorBox('Recheck', String(thrown)))
    tray?.destroy()
    window.destroy()
  }
  const ask = async (): Promise<void> => {
    state = 'asking'
    const choice = await chooseHowToClose(window, backend)
    state = 'open'
    if (choice === 'stop') await end()
    if (choice !== 'tray') return
    tray ??= openTray(window, iconFile)
    window.hide()
  }
  window.on('close', (event) => {
    event.preventDefault() // the window is destroyed once the backend is closed
    if (state === 'open') void ask()
    if (state === 'stopping') void offerToLeave(window)
  })
}

/** Without a run of this computer there is nothing to ask. */
async function chooseHowToClose(window: BrowserWindow, backend: BackendSlot): Promise<ClosingChoice> {
  if (backend.target().server !== null) return 'stop'
  const runs = await runningRuns(backend.target().backend)
  if (runs.length === 0) return 'stop'
  window.show() // it may be in the tray: a question nobody sees is never answered
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: stillRunning(runs),
    detail: 'Stopping finishes the step and writes a checkpoint; the run can be resumed at any time.',
    buttons: [...closingChoices],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  })
  return (['tray', 'stop', 'cancel'] as const)[response] ?? 'cancel'
}

/**
 * Asks whether the runs of this computer may stop, for example because the window is about to drive a server.
 */
export async function mayStopRuns(window: BrowserWindow, backend: BackendSlot): Promise<boolean> {
  const runs = backend.target().server === null ? await runningRuns(backend.target().backend) : []
  if (runs.length === 0) return true
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: stillRunning(runs),
    detail: 'To drive a server, this window stops the runs of this computer after the step in hand.',
    buttons: ['Stop after this step', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  })
  return response === 0
}

export function stillRunning(runs: readonly Pick<Run, 'name'>[]): string {
  const [first] = runs
  return runs.length === 1 && first !== undefined
    ? `"${first.name}" is still running.`
    : `${runs.length} runs are still running.`
}

/** A long step can be waited for or given up; given up, the run loses it. */
async function offerToLeave(window: BrowserWindow): Promise<void> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: 'The step in hand is still being finished.',
    detail:
      'Leaving now loses what was computed since the last checkpoint (all of it, where there is none yet). The run can be resumed.',
    buttons: ['Wait', 'Leave now'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  })
  if (response === 1) app.exit(0)
}

function openTray(window: BrowserWindow, iconFile: string): Tray {
  const tray = new Tray(nativeImage.createFromPath(iconFile).resize({ width: 32, height: 32 }))
  const show = (): void => window.show()
  tray.setToolTip('Recheck is running')
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: 'Show', click: show },
      { label: 'Quit', click: () => window.close() },
    ]),
  )
  tray.on('click', show)
  return tray
}
