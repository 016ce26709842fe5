import { app, dialog } from 'electron'
import { z } from 'zod'
import { errorData, RecheckError } from '../../shared/errors/recheckError.ts'
import type { Backend } from '../api/backend.ts'
import { setAppMenu } from './appMenu.ts'
import { openBackendSlot, type BackendSlot, type BackendTarget } from './backendSlot.ts'
import { askBeforeClosing, mayStopRuns } from './closing.ts'
import { openConnectForm } from './connectForm.ts'
import { serveIpc } from './ipcServer.ts'
import { openMainWindow, showPage } from './mainWindow.ts'
import { declarePageScheme } from './pageProtocol.ts'
import { servePathDialogs } from './pathDialogs.ts'
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
const SecondInstance = z.object({ link: z.string().nullable(), dataDir: z.string().nullable() })

/** Starts the window shell; a second instance only brings the first one's window to the front. */
export async function startApp(setup: AppSetup): Promise<void> {
  declarePageScheme() // must come before the app is ready
  try {
    const { link, dataDir } = readWindowArguments(setup.args)
    if (!app.requestSingleInstanceLock({ link, dataDir })) {
      app.quit()
      return
    }
    await app.whenReady()
    const first = link === null ? await placeHere(setup, dataDir) : await placeOf(setup, link)
    await openWindow(setup, openBackendSlot(first), { dataDir, open: () => placeHere(setup, dataDir) })
  } catch (thrown) {
    const { message } = errorData(thrown)
    process.stderr.write(`Recheck cannot start: ${message}\n`) // the box waits for a click that may never come
    dialog.showErrorBox('Recheck cannot start', message)
    app.exit(2) // as a command ends that is refused
  }
}

async function placeHere(setup: AppSetup, dataDir: string | null): Promise<BackendTarget> {
  return { backend: await setup.openLocal(dataDir), server: null }
}

async function placeOf(setup: AppSetup, link: string): Promise<BackendTarget> {
  return { backend: await setup.openRemote(link), server: new URL(link).host }
}

/** This computer's own runs. */
interface Home {
  /** As it was given; null = the usual folder. */
  readonly dataDir: string | null
  readonly open: () => Promise<BackendTarget>
}

async function openWindow(setup: AppSetup, slot: BackendSlot, home: Home): Promise<void> {
  const window = openMainWindow({ ...setup, stateFolder: app.getPath('userData') })
  const stopIpc = serveIpc(window.webContents, slot)
  const stopDialogs = servePathDialogs(window, slot)
  const stopWatch = watchRuns(window, slot)
  askBeforeClosing(window, slot, setup.iconFile)
  const show = (fragment: string): void => void showPage(window, fragment).catch(showError)
  const stopNotices = notifyOfRuns(window, slot, show)
  const moveTo = async (open: () => Promise<BackendTarget>): Promise<void> => {
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
        disconnect: () => void moveTo(() => slot.whenLeft().then(home.open)).catch(showError),
        show,
        close: () => window.close(),
      },
      slot.target().server !== null,
    )
  }
  setMenu()
  app.on('second-instance', (_event, _args, _folder, told) => {
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
    const { link = null, dataDir = null } = SecondInstance.safeParse(told).data ?? {}
    if (link !== null) void connect(link).catch(showError)
    else if (dataDir !== null && dataDir !== home.dataDir) showError(otherFolder(dataDir))
  })
  app.on('window-all-closed', () => {
    stopIpc()
    stopDialogs()
    stopWatch()
    stopNotices()
    app.quit()
  })
  await showPage(window)
}

/** One window a user: a second start with another folder is not forgotten silently. */
function otherFolder(dataDir: string): RecheckError {
  return new RecheckError(
    'window.other-folder',
    `Recheck is open already, with other runs than those of ${dataDir}. Close this window first, or open that folder ` +
      `with "recheck serve --data-dir".`,
  )
}

function showError(thrown: unknown): void {
  dialog.showErrorBox('Recheck', errorData(thrown).message)
}
