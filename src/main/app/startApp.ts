import { app, dialog, type BrowserWindow } from 'electron'
import { errorData } from '../../shared/recheckError.ts'
import type { Backend } from '../api/backend.ts'
import { setAppMenu } from './appMenu.ts'
import { askBeforeClosing } from './closing.ts'
import { serveIpc } from './ipcServer.ts'
import { openMainWindow } from './mainWindow.ts'
import { declarePageScheme } from './pageProtocol.ts'
import { watchRuns } from './runWatch.ts'

export interface AppSetup {
  readonly pageFolder: string
  readonly preloadFile: string
  readonly iconFile: string
  /** Link of a running `recheck serve` to drive instead of an owner of our own; null = own the data folder. */
  readonly link: string | null
  readonly openLocal: () => Promise<Backend>
  readonly openRemote: (link: string) => Promise<Backend>
}

/** Starts the window shell; a second instance only brings the first one's window to the front. */
export async function startApp(setup: AppSetup): Promise<void> {
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  declarePageScheme()
  await app.whenReady()
  try {
    const backend = setup.link === null ? await setup.openLocal() : await setup.openRemote(setup.link)
    const window = await openMainWindow({ ...setup, stateFolder: app.getPath('userData') })
    connect(window, backend, setup)
  } catch (thrown) {
    dialog.showErrorBox('Recheck cannot start', errorData(thrown).message)
    app.exit(1)
  }
}

function connect(window: BrowserWindow, backend: Backend, setup: AppSetup): void {
  const stopIpc = serveIpc(window.webContents, backend)
  const stopWatch = watchRuns(window, backend)
  if (setup.link === null) askBeforeClosing(window, backend, setup.iconFile)
  setAppMenu({
    connect: () => window.webContents.send('recheck:event', { runId: '', event: { type: 'connect' } }),
    quit: () => window.close(),
  })
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  })
  app.on('window-all-closed', () => {
    stopIpc()
    stopWatch()
    void backend.close().finally(() => app.quit())
  })
}
