import { ranCompiled } from '../../../core/graph/backgroundCall.ts'
import type { Compilation } from '../../../core/graph/graphBuilder.ts'
import { systemClock } from '../machine/clock.ts'
import type { Feed, GraphSession } from './graphSession.ts'

/** XLA has begun, or is done with, one function for one set of shapes. */
export interface CompileNews {
  /** For people: what the function does for how many rows. */
  readonly what: string
  readonly state: 'started' | 'ended'
  /** Whether sampling waits for it; else it goes on node by node. */
  readonly waits: boolean
  /** From its start; with what is kept from an earlier process much less. */
  readonly seconds: number
}

/** Hears of compiling; where sampling waits for it, it waits for what this returns first. */
export type FollowCompiling = (news: CompileNews) => Promise<void> | void

export interface WatchedCall {
  readonly functionName: string
  readonly what: string
  readonly feeds: readonly Feed[]
  readonly fetches: readonly string[]
}

/** Runs calls of functions that XLA compiles, and tells when it begins and ends for a set of shapes. */
export class CompileWatch {
  readonly #session: GraphSession
  readonly #compilation: Compilation
  readonly #follow: FollowCompiling
  /** When compiling began, by function and shapes; null once it is compiled. */
  readonly #started = new Map<string, number | null>()

  constructor(session: GraphSession, compilation: Compilation, follow: FollowCompiling = () => undefined) {
    this.#session = session
    this.#compilation = compilation
    this.#follow = follow
  }

  /** @param caches shape of the caches, which the function reads and no feed shows */
  async run(call: WatchedCall, caches: string): Promise<(Float32Array | Int32Array)[]> {
    const { functionName, feeds, fetches } = call
    const key = `${functionName} ${caches} ${feeds.map(({ shape }) => shape.join('x')).join()}`
    const started = this.#started.get(key)
    if (this.#compilation === 'never' || started === null) return this.#session.run(feeds, fetches)
    return this.#compilation === 'at-once'
      ? this.#runAfterCompiling(call, key)
      : this.#runMeanwhile(call, key, started)
  }

  async #runAfterCompiling({ what, feeds, fetches }: WatchedCall, key: string) {
    const startedMs = systemClock.steadyMs()
    await this.#follow({ what, state: 'started', waits: true, seconds: 0 })
    const results = this.#session.run(feeds, fetches)
    this.#started.set(key, null)
    await this.#follow({ what, state: 'ended', waits: true, seconds: secondsSince(startedMs) })
    return results
  }

  async #runMeanwhile(call: WatchedCall, key: string, started: number | undefined) {
    const { functionName, what, feeds, fetches } = call
    const startedMs = started ?? systemClock.steadyMs()
    if (started === undefined) {
      this.#started.set(key, startedMs)
      await this.#follow({ what, state: 'started', waits: false, seconds: 0 })
    }
    const results = this.#session.run(feeds, [...fetches, ranCompiled(functionName)])
    if (results.pop()?.[0] === 1) {
      this.#started.set(key, null)
      await this.#follow({ what, state: 'ended', waits: false, seconds: secondsSince(startedMs) })
    }
    return results
  }
}

function secondsSince(startedMs: number): number {
  return (systemClock.steadyMs() - startedMs) / 1000
}
