import type { Connection, Result, StoreEvent } from './contract.ts'
import type { PathQuestion } from './pathQuestion.ts'

/**
 * The window's channels: the page asks on the first and gives up on the second; on the next two it asks what
 * only a window knows; on the others the main process tells.
 */
export const requestChannel = 'recheck:request'
export const abandonChannel = 'recheck:abandon'
export const serverChannel = 'recheck:server'
export const pathChannel = 'recheck:path'
export const eventChannel = 'recheck:event'
export const connectionChannel = 'recheck:connection'

/** Where the preload puts the bridge: `window.recheck`. */
export const bridgeName = 'recheck'

/**
 * All that the page sees of Electron. The preload makes it, the page's `data/api.ts` is the only one to use
 * it.
 */
export interface Bridge {
  /** @param requestId  of this page alone, for `abandon` */
  request(route: string, input: unknown, requestId: number): Promise<Result<unknown>>
  /** Nobody waits for the answer any more. */
  abandon(requestId: number): void
  /** Host and port of the server that the window drives; null = this computer's own runs. */
  server(): Promise<Result<string | null>>
  /**
   * Asks by the system's own dialog. No route of the contract does: a page in a browser must not open dialogs on
   * the machine that Recheck runs on. Refused while the window drives a server, whose paths are another
   * machine's.
   *
   * @returns the path; null = cancelled
   */
  choosePath(question: PathQuestion): Promise<Result<string | null>>
  /** @returns a function that ends the subscription */
  onEvent(listener: (event: StoreEvent) => void): () => void
  onConnection(listener: (connection: Connection) => void): () => void
}
