import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron'
import type { Connection, Result, StoreEvent } from '../shared/routes/contract.ts'

/** All that the page sees of Electron. The channel names stand in `src/main/app/ipcServer.ts` as well. */
const bridge = {
  request: (route: string, input: unknown): Promise<Result<unknown>> =>
    ipcRenderer.invoke('recheck:request', route, input) as Promise<Result<unknown>>,
  onEvent: (listener: (event: StoreEvent) => void) => listen('recheck:event', listener),
  onConnection: (listener: (connection: Connection) => void) => listen('recheck:connection', listener),
}

/** @returns a function that ends the listening */
function listen<Message>(channel: string, listener: (message: Message) => void): () => void {
  const forward = (_: IpcRendererEvent, message: Message): void => listener(message)
  ipcRenderer.on(channel, forward)
  return () => {
    ipcRenderer.removeListener(channel, forward) // gives back ipcRenderer, which is not for the page
  }
}

export type RecheckBridge = typeof bridge

contextBridge.exposeInMainWorld('recheck', bridge)
