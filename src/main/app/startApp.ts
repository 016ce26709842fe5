import { app, dialog } from 'electron'
import { z } from 'zod'
import { errorData } from '../../shared/recheckError.ts'
import type { Backend } from '../api/backend.ts'
import { setAppMenu } from './appMenu.ts'
import { openBackendSlot, type BackendSlot, type Place } from './backendSlot.ts'
import { askBeforeClosing, mayStopRuns } from './closing.ts'
import { openConnectForm } from './connectForm.ts'
import { serveIpc } from './ipcServer.ts'
import { openMainWindow, showPage } from './mainWindow.ts'
import { declarePageScheme } from './pageProtocol.ts'
import { notifyOfRuns } from './runNotices.ts'
import { watchRuns } from './runWatch.ts'
import { readWindowArguments } from './windowArguments.ts'

export interface AppSetup {
  /** The command line behind the program's name. */
  readonly args: readonly string[]
  readonly pageFolder: string
  readonly preloadFile: string
  readonly iconFile: string
  /** Owns a data folder itself; null = the usual one. */
  readonly openLocal: (dataDir: string | null) => Promise<Backend>
  /** Drives the running `recheck serve` of this link. */
  readonly openRemote: (link: string) => Promise<Backend>
}

/** What a second instance tells the first one. */
const SecondInstance = z.object({ link: z.string().nullable() })

/** Starts the window shell; a second instance only brings the first one's window to the front. */
export async function startApp(setup: AppSetup): Promise<void> {
  declarePageScheme() // must come before the app is ready
  try {
    const { link, dataDir } = readWindowArguments(setup.args)
    if (!app.requestSingleInstanceLock({ link })) {
      app.quit()
      return
    }
    await app.whenReady()
    const first = link === null ? await placeHere(setup, dataDir) : await placeOf(setup, link)
    await openWindow(setup, openBackendSlot(first), () => placeHere(setup, dataDir))
  } catch (thrown) {
    const { message } = errorData(thrown)
    process.stderr.write(`Recheck cannot start: ${message}\n`) // the box waits for a click that may never come
    dialog.showErrorBox('Recheck cannot start', message)
    app.exit(1)
  }
}

async function placeHere(setup: AppSetup, dataDir: string | null): Promise<Place> {
  return { backend: await setup.openLocal(dataDir), server: null }
}

async function placeOf(setup: AppSetup, link: string): Promise<Place> {
  return { backend: await setup.openRemote(link), server: new URL(link).host }
}

async function openWindow(setup: AppSetup, slot: BackendSlot, home: () => Promise<Place>): Promise<void> {
  const window = openMainWindow({ ...setup, stateFolder: app.getPath('userData') })
  const stopIpc = serveIpc(window.webContents, slot)
  const stopWatch = watchRuns(window, slot)
  askBeforeClosing(window, slot, setup.iconFile)
  const show = (fragment: string): void => void showPage(window, fragment).catch(showError)
  const stopNotices = notifyOfRuns(window, slot, show)
  const moveTo = async (open: () => Promise<Place>): Promise<void> => {
    if (!(await mayStopRuns(window, slot))) return
    const left = slot.replace(await open())
    setMenu()
    await Promise.all([showPage(window), left])
  }
  const connect = (link: string): Promise<void> => moveTo(() => placeOf(setup, link))
  const setMenu = (): void => {
    setAppMenu(
      {
        connect: () => openConnectForm(window, connect),
        disconnect: () => void moveTo(() => slot.whenLeft().then(home)).catch(showError),
        show,
        close: () => window.close(),
      },
      slot.place().server !== null,
    )
  }
  setMenu()
  app.on('second-instance', (_event, _args, _folder, told) => {
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
    const link = SecondInstance.safeParse(told).data?.link ?? null
    if (link !== null) void connect(link).catch(showError)
  })
  app.on('window-all-closed', () => {
    stopIpc()
    stopWatch()
    stopNotices()
    app.quit()
  })
  await showPage(window)
}

function showError(thrown: unknown): void {
  dialog.showErrorBox('Recheck', errorData(thrown).message)
}
