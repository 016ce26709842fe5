import { createContext, useContext, useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react'
import { Listeners } from '../../../shared/listeners.ts'

/** Something that the page in view can do, as its own button has it. */
export interface PageAction {
  readonly id: string
  readonly label: string
  readonly run: () => void
}

/** What the pages in view offer to the command palette. */
export class PageActions {
  readonly #changes = new Listeners<null>()
  readonly #offers = new Map<symbol, readonly PageAction[]>()
  #all: readonly PageAction[] = []

  /** @returns takes the offer back */
  offer(actions: readonly PageAction[]): () => void {
    const key = Symbol()
    this.#offers.set(key, actions)
    this.#tell()
    return () => {
      this.#offers.delete(key)
      this.#tell()
    }
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#changes.add(listener)

  /** The same array until something changes. */
  readonly all = (): readonly PageAction[] => this.#all

  #tell(): void {
    this.#all = [...this.#offers.values()].flat()
    this.#changes.tell(null)
  }
}

export const PageActionsContext = createContext<PageActions | null>(null)

function useActions(): PageActions {
  const actions = useContext(PageActionsContext)
  if (actions === null) throw new Error('useActions: no PageActionsContext above')
  return actions
}

/** Offers these to the command palette for as long as the caller is shown. */
export function useOffer(actions: readonly PageAction[]): void {
  const offers = useActions()
  const latest = useRef(actions)
  useLayoutEffect(() => {
    latest.current = actions
  }, [actions])
  // what an action does is looked up when it is chosen: only what is read makes it another offer
  const shown = JSON.stringify(actions.map(({ id, label }) => [id, label]))
  useEffect(() => {
    const run = (id: string) => () => latest.current.find((action) => action.id === id)?.run()
    return offers.offer(
      (JSON.parse(shown) as [string, string][]).map(([id, label]) => ({ id, label, run: run(id) })),
    )
  }, [offers, shown])
}

export function useOffered(): readonly PageAction[] {
  const offers = useActions()
  return useSyncExternalStore(offers.subscribe, offers.all)
}
