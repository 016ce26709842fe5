import type { Connection, Result, StoreEvent } from '../../shared/routes/contract.ts'

/** Where a shell sends its page's requests: an owner in this process, or a running `recheck serve`. */
export interface Backend {
  /** @param signal  aborted when nobody waits for the answer any more; left out: somebody always does */
  request(route: string, input: unknown, signal?: AbortSignal): Promise<Result<unknown>>
  /** @returns a function that ends the subscription */
  subscribe(listener: (event: StoreEvent) => void): () => void
  /**
   * Told of every change from now on, and while it is lost of each try that failed; one in this process is
   * never lost.
   */
  onConnection(listener: (connection: Connection) => void): () => void
  close(): Promise<void>
}
