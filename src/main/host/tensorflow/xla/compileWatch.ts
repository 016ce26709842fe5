import { ranCompiled } from '../../../../core/graph/backgroundCall.ts'
import type { Compilation } from '../../../../core/graph/graphBuilder.ts'
import { systemClock } from '../../machine/clock.ts'
import type { Feed, GraphSession } from '../session/graphSession.ts'

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

/** Shape of the caches, which the functions read and no feed shows. */
export interface CacheShape {
  readonly slots: number
  /** Positions of a slot. */
  readonly length: number
}

/** A call whose function XLA has begun to compile for its shapes, and is not known to be done with. */
interface Compiling {
  readonly call: WatchedCall
  readonly caches: CacheShape
  readonly startedMs: number
}

/** Longest wait for what is still being compiled when a sampler ends: a function that XLA cannot compile never is. */
const patienceMs = 120_000
/** Between two looks whether it is done. */
const lookEveryMs = 50

/** Runs calls of functions that XLA compiles, and tells when it begins and ends for a set of shapes. */
export class CompileWatch {
  readonly #session: Pick<GraphSession, 'run' | 'keepToTheEnd'>
  readonly #compilation: Compilation
  readonly #follow: FollowCompiling
  /** By function and shapes; null once it is compiled. */
  readonly #known = new Map<string, Compiling | null>()

  constructor(
    session: Pick<GraphSession, 'run' | 'keepToTheEnd'>,
    compilation: Compilation,
    follow: FollowCompiling = () => undefined,
  ) {
    this.#session = session
    this.#compilation = compilation
    this.#follow = follow
  }

  async run(call: WatchedCall, caches: CacheShape): Promise<(Float32Array | Int32Array)[]> {
    const { functionName, feeds, fetches } = call
    const shapes = feeds.map(({ shape }) => shape.join('x')).join()
    const key = `${functionName} ${caches.slots}x${caches.length} ${shapes}`
    const known = this.#known.get(key)
    if (this.#compilation === 'never' || known === null) return this.#session.run(feeds, fetches)
    return this.#compilation === 'at-once'
      ? this.#runAfterCompiling(call, key)
      : this.#runMeanwhile(call, key, known ?? (await this.#begun({ call, caches })))
  }

  /**
   * Waits until nothing is compiled beside the runs any more. XLA reads the session's functions all the while: a
   * session that is deleted under it ends the process (SIGSEGV). That it is done shows only in the next run of the
   * same shapes, so each is run again. What it does not get done with keeps its session to the end of the process.
   *
   * @param reserve  gives the caches a shape; what they held is lost
   */
  async settle(reserve: (caches: CacheShape) => void, patience = patienceMs): Promise<void> {
    const giveUpMs = systemClock.steadyMs() + patience
    for (const [key, compiling] of [...this.#known]) {
      if (compiling === null) continue
      reserve(compiling.caches)
      if (await this.#isCompiledBy(giveUpMs, key, compiling)) continue
      this.#session.keepToTheEnd()
      return
    }
  }

  async #isCompiledBy(giveUpMs: number, key: string, compiling: Compiling): Promise<boolean> {
    for (;;) {
      await this.#runMeanwhile(compiling.call, key, compiling)
      if (this.#known.get(key) === null) return true
      if (systemClock.steadyMs() > giveUpMs) return false
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
    }
  }

  async #runAfterCompiling({ what, feeds, fetches }: WatchedCall, key: string) {
    const startedMs = systemClock.steadyMs()
    await this.#follow({ what, state: 'started', waits: true, seconds: 0 })
    const results = this.#session.run(feeds, fetches)
    this.#known.set(key, null)
    await this.#follow({ what, state: 'ended', waits: true, seconds: secondsSince(startedMs) })
    return results
  }

  async #begun({ call, caches }: Pick<Compiling, 'call' | 'caches'>): Promise<Compiling> {
    await this.#follow({ what: call.what, state: 'started', waits: false, seconds: 0 })
    return { call, caches, startedMs: systemClock.steadyMs() }
  }

  async #runMeanwhile(
    { functionName, what, feeds, fetches }: WatchedCall,
    key: string,
    compiling: Compiling,
  ) {
    const results = this.#session.run(feeds, [...fetches, ranCompiled(functionName)])
    const isCompiled = results.pop()?.[0] === 1
    this.#known.set(key, isCompiled ? null : compiling)
    if (isCompiled)
      await this.#follow({ what, state: 'ended', waits: false, seconds: secondsSince(compiling.startedMs) })
    return results
  }
}

function secondsSince(startedMs: number): number {
  return (systemClock.steadyMs() - startedMs) / 1000
}
