import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron'
import {
  abandonChannel,
  bridgeName,
  connectionChannel,
  eventChannel,
  pathChannel,
  requestChannel,
  serverChannel,
  type Bridge,
} from '../shared/routes/bridge.ts'
import type { Result } from '../shared/routes/contract.ts'

const bridge: Bridge = {
  request: (route, input, requestId) =>
    ipcRenderer.invoke(requestChannel, route, input, requestId) as Promise<Result<unknown>>,
  abandon: (requestId) => void ipcRenderer.invoke(abandonChannel, requestId),
  server: () => ipcRenderer.invoke(serverChannel) as Promise<Result<string | null>>,
  choosePath: (question) => ipcRenderer.invoke(pathChannel, question) as Promise<Result<string | null>>,
  onEvent: (listener) => listen(eventChannel, listener),
  onConnection: (listener) => listen(connectionChannel, listener),
}

/** @returns a function that ends the listening */
function listen<Message>(channel: string, listener: (message: Message) => void): () => void {
  const forward = (_: IpcRendererEvent, message: Message): void => listener(message)
  ipcRenderer.on(channel, forward)
  return () => {
    ipcRenderer.removeListener(channel, forward) // gives back ipcRenderer, which is not for the page
  }
}

contextBridge.exposeInMainWorld(bridgeName, bridge)
