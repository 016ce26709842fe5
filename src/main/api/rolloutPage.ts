import type { OutputOf, ParsedInputOf } from '../../shared/routes/contract.ts'
import type { Database } from '../store/database.ts'
import { readRolloutsByKey } from '../store/rollouts/rolloutQuery.ts'
import { rolloutsMark, searchRollouts } from '../store/rollouts/rolloutSearch.ts'

type Wanted = ParsedInputOf<'rollouts.list'>

/** A search whose pages are being read. */
interface Search {
  readonly keys: Promise<readonly number[]>
  readonly giveUp: AbortController
  /** Requests that have been answered by it or wait for it, and have not been given up. */
  wanted: number
  isDone: boolean
}

/** Searches that are kept: as many as pages that somebody turns at one time. */
const mostKept = 8

/**
 * Pages of rollouts. A query is searched once for all its pages, until rollouts of its run come or go; a
 * search that nobody waits for any more is ended.
 */
export class RolloutPages {
  readonly #db: Database
  readonly #searches = new Map<string, Search>()

  constructor(db: Database) {
    this.#db = db
  }

  async read({ offset, limit, ...query }: Wanted, signal: AbortSignal): Promise<OutputOf<'rollouts.list'>> {
    const name = JSON.stringify([rolloutsMark(this.#db, query.runId), query])
    const search = this.#searches.get(name) ?? this.#begin(name, query)
    search.wanted++
    const leave = (): void => {
      search.wanted--
      if (search.wanted > 0 || search.isDone) return
      this.#searches.delete(name)
      search.giveUp.abort()
    }
    signal.addEventListener('abort', leave, { once: true })
    try {
      const keys = await search.keys
      const rollouts = readRolloutsByKey(this.#db, keys.slice(offset, offset + limit))
      return { total: keys.length, rollouts }
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  #begin(name: string, query: Omit<Wanted, 'offset' | 'limit'>): Search {
    const giveUp = new AbortController()
    const keys = searchRollouts(this.#db, query, giveUp.signal)
    const search: Search = { keys, giveUp, wanted: 0, isDone: false }
    this.#searches.set(name, search)
    keys.then(
      () => (search.isDone = true),
      () => this.#searches.delete(name),
    )
    const [oldest] = [...this.#searches].filter(([, each]) => each.isDone)
    if (this.#searches.size > mostKept && oldest !== undefined) this.#searches.delete(oldest[0])
    return search
  }
}
