import type { Connection, StoreEvent } from '../../shared/routes/contract.ts'
import type { Backend } from '../api/backend.ts'

/** Where the window's requests go now: this computer's own data folder, or a running `recheck serve`. */
export interface Place {
  readonly backend: Backend
  /** Host and port of the server; null = this computer. */
  readonly server: string | null
}

/** A backend that can be exchanged while the window stays: whoever listens to it keeps listening. */
export interface BackendSlot extends Backend {
  place(): Place
  /** Requests go to the new backend at once. @returns when the old one is closed: its runs finish their step first */
  replace(next: Place): Promise<void>
  /** Resolves when every place that was left is closed: before that, a data folder of this computer is still in use. */
  whenLeft(): Promise<void>
}

export function openBackendSlot(first: Place): BackendSlot {
  const listeners = new Set<(event: StoreEvent) => void>()
  const connections = new Set<(connection: Connection) => void>()
  const tellConnection = (connection: Connection): void =>
    connections.forEach((listener) => listener(connection))
  const listen = (backend: Backend): readonly (() => void)[] => [
    backend.subscribe((event) => listeners.forEach((listener) => listener(event))),
    backend.onConnection(tellConnection),
  ]
  let place = first
  let ends = listen(first.backend)
  let leaving: Promise<unknown> = Promise.resolve()
  return {
    place: () => place,
    request: (route, input) => place.backend.request(route, input),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onConnection(listener) {
      connections.add(listener)
      return () => connections.delete(listener)
    },
    async replace(next) {
      const old = place.backend
      for (const end of ends) end()
      place = next
      ends = listen(next.backend)
      tellConnection('open') // a new one: every run is another one now
      const left = old.close()
      leaving = Promise.allSettled([leaving, left]) // who moved hears of a failure; whoever closes later does not again
      await left
    },
    async whenLeft() {
      await leaving
    },
    async close() {
      await Promise.all([leaving, place.backend.close()])
    },
  }
}
