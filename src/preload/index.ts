import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron'
import type { Result, StoreEvent } from '../shared/routes.ts'

/** All that the page sees of Electron. The two channel names stand in `src/main/app/ipcServer.ts` as well. */
const bridge = {
  request: (route: string, input: unknown): Promise<Result<unknown>> =>
    ipcRenderer.invoke('recheck:request', route, input) as Promise<Result<unknown>>,
  onEvent: (listener: (event: StoreEvent) => void): (() => void) => {
    const forward = (_: IpcRendererEvent, event: StoreEvent): void => listener(event)
    ipcRenderer.on('recheck:event', forward)
    return () => ipcRenderer.removeListener('recheck:event', forward)
  },
}

export type RecheckBridge = typeof bridge

contextBridge.exposeInMainWorld('recheck', bridge)
