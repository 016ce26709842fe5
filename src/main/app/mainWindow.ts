import { BrowserWindow, dialog, screen, session, shell } from 'electron'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { denyPermissions } from './denyPermissions.ts'
import { isPageAddress, pageAddress, servePage } from './pageProtocol.ts'
import { readWindowState, writeWindowState } from './windowState.ts'

export interface MainWindowSetup {
  readonly pageFolder: string
  readonly preloadFile: string
  readonly iconFile: string
  /** Folder that keeps the window's size and place. */
  readonly stateFolder: string
}

/** Crashes of the page within a minute after which it is no longer loaded again unasked. */
const crashesPerMinute = 3

/**
 * The one window: sandboxed, isolated, bound to our own page, remembered in size and place. It is empty until
 * `showPage`, so that the page never asks before somebody answers.
 *
 * @throws RecheckError `window.no-page` before the page is built
 */
export function openMainWindow(setup: MainWindowSetup): BrowserWindow {
  if (!existsSync(join(setup.pageFolder, 'index.html'))) {
    throw new RecheckError('window.no-page', 'The page has not been built yet. Run: npm run build')
  }
  const stateFile = join(setup.stateFolder, 'window.json')
  const state = readWindowState(
    stateFile,
    screen.getAllDisplays().map((display) => display.workArea),
  )
  const pageSession = session.fromPartition('persist:recheck')
  servePage(pageSession, setup.pageFolder)
  denyPermissions(pageSession)
  const window = new BrowserWindow({
    ...(state.x !== undefined && state.y !== undefined ? { x: state.x, y: state.y } : {}),
    width: state.width,
    height: state.height,
    minWidth: 1024,
    minHeight: 640,
    show: false,
    title: 'Recheck',
    icon: setup.iconFile,
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
  window.on('page-title-updated', (event) => event.preventDefault()) // the title tells of the run
  window.on('close', () => {
    writeWindowState(stateFile, { ...window.getNormalBounds(), maximised: window.isMaximized() })
  })
  window.once('ready-to-show', () => window.show())
  return window
}

/** Loads the page; with a fragment such as `#/new`, a page that is there already only moves to that place. */
export async function showPage(window: BrowserWindow, fragment = ''): Promise<void> {
  await window.loadURL(pageAddress + fragment)
}

/**
 * The page never leaves its own address and opens no window; a link to the web goes to the user's browser.
 */
function denyNavigation(window: BrowserWindow): void {
  const page = window.webContents
  page.on('will-navigate', (event) => {
    if (!isPageAddress(event.url)) event.preventDefault()
  })
  page.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || !isPageAddress(event.url)) event.preventDefault()
  })
  page.on('will-redirect', (event) => {
    if (!event.isMainFrame || !isPageAddress(event.url)) event.preventDefault()
  })
  page.on('will-attach-webview', (event) => event.preventDefault())
  page.setWindowOpenHandler(({ url }) => {
    if (URL.canParse(url) && new URL(url).protocol === 'https:') void shell.openExternal(url)
    return { action: 'deny' }
  })
}

/** The store is the truth, so a page that died is simply loaded again; runs go on meanwhile. */
function reloadAfterCrash(window: BrowserWindow): void {
  let recentCrashes = 0
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    recentCrashes++
    setTimeout(() => recentCrashes--, 60_000).unref()
    if (recentCrashes <= crashesPerMinute) setImmediate(loadAgain, window)
    else void offerReload(window, reason)
  })
}

/** Never within the event itself: that takes the main process down (electron/electron#51900). */
function loadAgain(window: BrowserWindow): void {
  if (!window.isDestroyed()) window.webContents.reload()
}

async function offerReload(window: BrowserWindow, reason: string): Promise<void> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: `The page keeps ending (${reason}).`,
    detail: 'Runs go on without it, and nothing they measured is lost.',
    buttons: ['Load it again', 'Close the window'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  })
  if (response === 0) loadAgain(window)
  else if (!window.isDestroyed()) window.close()
}
