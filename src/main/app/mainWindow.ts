import { BrowserWindow, screen, session, shell } from 'electron'
import { join } from 'node:path'
import { pageAddress, pageOrigin, servePage } from './pageProtocol.ts'
import { readWindowState, writeWindowState } from './windowState.ts'

export interface MainWindowSetup {
  readonly pageFolder: string
  readonly preloadFile: string
  readonly stateFolder: string
}

/** The one window: sandboxed, isolated, bound to our own page, remembered in size and place. */
export async function openMainWindow(setup: MainWindowSetup): Promise<BrowserWindow> {
  const stateFile = join(setup.stateFolder, 'window.json')
  const areas = screen.getAllDisplays().map((display) => display.workArea)
  const state = readWindowState(stateFile, areas)
  const pageSession = session.fromPartition('persist:recheck')
  servePage(pageSession, setup.pageFolder)
  pageSession.setPermissionRequestHandler((_page, _permission, answer) => answer(false))
  pageSession.setPermissionCheckHandler(() => false)
  const window = new BrowserWindow({
    ...(state.x !== undefined && state.y !== undefined ? { x: state.x, y: state.y } : {}),
    width: state.width,
    height: state.height,
    minWidth: 1024,
    minHeight: 640,
    show: false,
    title: 'Recheck',
    webPreferences: {
      preload: setup.preloadFile,
      session: pageSession,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
    },
  })
  if (state.maximised) window.maximize()
  denyNavigation(window)
  reloadAfterCrash(window)
  window.on('close', () => {
    writeWindowState(stateFile, { ...window.getNormalBounds(), maximised: window.isMaximized() })
  })
  window.once('ready-to-show', () => window.show())
  await window.loadURL(pageAddress)
  return window
}

/** The page never leaves its own address and opens no window; a link to the web goes to the user's browser. */
function denyNavigation(window: BrowserWindow): void {
  const page = window.webContents
  page.on('will-navigate', (event, address) => {
    if (new URL(address).origin !== pageOrigin) event.preventDefault()
  })
  page.on('will-attach-webview', (event) => event.preventDefault())
  page.setWindowOpenHandler(({ url }) => {
    if (URL.canParse(url) && new URL(url).protocol === 'https:') void shell.openExternal(url)
    return { action: 'deny' }
  })
}

/** The store is the truth, so a page that died is simply loaded again; runs go on meanwhile. */
function reloadAfterCrash(window: BrowserWindow): void {
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason !== 'clean-exit' && !window.isDestroyed()) window.webContents.reload()
  })
}
