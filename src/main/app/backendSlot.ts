import { Listeners } from '../../shared/listeners.ts'
import type { Connection, StoreEvent } from '../../shared/routes/contract.ts'
import type { Backend } from '../api/backend.ts'

/** Where the window's requests go now: this computer's own data folder, or a running `recheck serve`. */
export interface BackendTarget {
  readonly backend: Backend
  /** Host and port of the server; null = this computer. */
  readonly server: string | null
}

/** A backend that can be exchanged while the window stays: whoever listens to it keeps listening. */
export interface BackendSlot extends Omit<Backend, 'request'> {
  /** Where requests go now. */
  target(): BackendTarget
  /**
   * Requests go to the new backend at once. @returns when the old one is closed: its runs finish their step
   * first
   */
  replace(next: BackendTarget): Promise<void>
  /**
   * Resolves when every place that was left is closed: before that, a data folder of this computer is still
   * in use.
   */
  whenLeft(): Promise<void>
}

export function openBackendSlot(first: BackendTarget): BackendSlot {
  const events = new Listeners<StoreEvent>()
  const connections = new Listeners<Connection>()
  const listen = (backend: Backend): readonly (() => void)[] => [
    backend.subscribe((event) => events.tell(event)),
    backend.onConnection((connection) => connections.tell(connection)),
  ]
  let target = first
  let ends = listen(first.backend)
  let leaving: Promise<unknown> = Promise.resolve()
  return {
    target: () => target,
    subscribe: (listener) => events.add(listener),
    onConnection: (listener) => connections.add(listener),
    async replace(next) {
      const old = target.backend
      for (const end of ends) end()
      target = next
      ends = listen(next.backend)
      connections.tell('open') // a new one: every run is another one now
      const left = old.close()
      leaving = Promise.allSettled([leaving, left]) // who moved hears of a failure; whoever closes later does not again
      await left
    },
    async whenLeft() {
      await leaving
    },
    async close() {
      await Promise.all([leaving, target.backend.close()])
    },
  }
}
