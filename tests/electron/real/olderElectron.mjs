// Electron 9 under the names that Electron 45 has; imported by the lowered main bundle where it imports
// `electron`.
const real = globalThis.olderElectron
export const { app, BrowserWindow, dialog, Menu, nativeImage, Notification, powerSaveBlocker } = real
export const { protocol, screen, shell, Tray } = real

app.getAppPath = () => globalThis.appFolder
const lock = app.requestSingleInstanceLock.bind(app)
app.requestSingleInstanceLock = () => lock()

export const session = {
  fromPartition(name) {
    const found = real.session.fromPartition(name)
    found.protocol.handle = (scheme, answer) =>
      found.protocol.registerBufferProtocol(scheme, async ({ url }, reply) => {
        const { status, headers, body } = await answer({ url })
        const data = Buffer.from(body)
        reply({ statusCode: status, headers, mimeType: (headers['content-type'] || '').split(';')[0], data })
      })
    return found
  },
}

const frames = new WeakMap()
/** Electron 9 has no frames: the page as a whole stands for its main frame. */
function mainFrameOf(page) {
  if (!frames.has(page))
    frames.set(page, {
      get url() {
        return page.getURL()
      },
    })
  return frames.get(page)
}
app.on('web-contents-created', (_event, page) => {
  Object.defineProperty(page, 'mainFrame', { get: () => mainFrameOf(page) })
  page.setWindowOpenHandler = (handler) =>
    page.on('new-window', (event, url) => {
      if (handler({ url }).action === 'deny') event.preventDefault()
    })
  const on = page.on.bind(page)
  page.on = (name, listener) =>
    navigations.has(name)
      ? on(name, (event, url, isSameDocument, isMainFrame = true) =>
          listener(Object.assign(event, { url, isSameDocument, isMainFrame })),
        )
      : on(name, listener)
})
/** Events of a page that tell of themselves in arguments here, and in the event there. */
const navigations = new Set(['will-navigate', 'will-redirect', 'did-start-navigation'])

export const ipcMain = {
  handle: (channel, handler) =>
    real.ipcMain.handle(channel, (event, ...args) =>
      handler({ senderFrame: event.frameId > 0 ? mainFrameOf(event.sender) : null }, ...args),
    ),
  removeHandler: (channel) => real.ipcMain.removeHandler(channel),
}
