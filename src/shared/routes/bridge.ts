import type { Connection, Result, StoreEvent } from './contract.ts'

/**
 * The window's channels: the page asks on the first and gives up on the second, the main process tells on the
 * others.
 */
export const requestChannel = 'recheck:request'
export const abandonChannel = 'recheck:abandon'
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
  /** @returns a function that ends the subscription */
  onEvent(listener: (event: StoreEvent) => void): () => void
  onConnection(listener: (connection: Connection) => void): () => void
}
