import { ipcMain, type IpcMainInvokeEvent, type WebContents, type WebFrameMain } from 'electron'
import {
  abandonChannel,
  connectionChannel,
  eventChannel,
  requestChannel,
} from '../../shared/routes/bridge.ts'
import { eventsMissed, type Result, type StoreEvent } from '../../shared/routes/contract.ts'
import type { BackendSlot } from './backendSlot.ts'
import { OpenRequests } from './openRequests.ts'
import { isPageAddress } from './pageProtocol.ts'

/** The answer to whoever is not our own page. */
export const foreignSender: Result<never> = {
  ok: false,
  error: { code: 'request.sender', message: 'Only the Recheck page may ask.' },
}

/**
 * The window's channels. A request is answered only for the main frame of our own page; its payload is parsed
 * by the route's schema behind `slot`.
 *
 * @returns a function that takes them down
 */
export function serveIpc(page: WebContents, slot: BackendSlot): () => void {
  const open = new OpenRequests()
  ipcMain.handle(
    requestChannel,
    async (event: IpcMainInvokeEvent, ...[route, input, requestId]: unknown[]): Promise<Result<unknown>> => {
      if (!isOwnFrame(event.senderFrame, page)) {
        return foreignSender
      }
      if (typeof route !== 'string') {
        return { ok: false, error: { code: 'request.route', message: 'The route must be text.' } }
      }
      return open.during(requestId, (signal) => slot.target().backend.request(route, input, signal))
    },
  )
  ipcMain.handle(abandonChannel, (event: IpcMainInvokeEvent, requestId: unknown) => {
    if (isOwnFrame(event.senderFrame, page)) open.abandon(requestId)
  })
  abandonWithThePage(page, open)
  const send = (channel: string, message: unknown): void => {
    if (!page.isDestroyed()) page.send(channel, message)
  }
  const ends = [
    slot.subscribe(whileResponsive(page, (event) => send(eventChannel, event))),
    slot.onConnection((connection) => send(connectionChannel, connection)),
  ]
  return () => {
    for (const end of ends) end()
    ipcMain.removeHandler(requestChannel)
    ipcMain.removeHandler(abandonChannel)
    open.abandonAll()
  }
}

/**
 * What is sent to a page that hangs piles up: it is dropped, and the page reads everything again once it can.
 */
function whileResponsive(page: WebContents, send: (event: StoreEvent) => void): (event: StoreEvent) => void {
  let isHanging = false
  let hasMissed = false
  page.on('unresponsive', () => (isHanging = true))
  page.on('responsive', () => {
    isHanging = false
    if (hasMissed) send(eventsMissed)
    hasMissed = false
  })
  return (event) => {
    if (isHanging) hasMissed = true
    else send(event)
  }
}

/** A page that is loaded again, has crashed or is closed waits for no answer. */
function abandonWithThePage(page: WebContents, open: OpenRequests): void {
  page.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) open.abandonAll()
  })
  page.on('render-process-gone', () => open.abandonAll())
  page.on('destroyed', () => open.abandonAll())
}

/** The main frame of this window, showing our own page. */
export function isOwnFrame(
  frame: Pick<WebFrameMain, 'url'> | null,
  page: { readonly mainFrame: unknown },
): boolean {
  return frame !== null && frame === page.mainFrame && isPageAddress(frame.url)
}
