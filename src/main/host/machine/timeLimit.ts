import { createContext, Script } from 'node:vm'

const call = new Script('run()')

/**
 * Ends a function that may never end by itself: a pattern or program of a stranger. Only JavaScript and its
 * regular expressions can be ended so; what the function was working on is not to be used afterwards.
 */
export class TimeLimit {
  readonly #ms: number
  readonly #global: { run: () => void } = { run: () => undefined }
  readonly #context = createContext(this.#global)

  constructor(ms: number) {
    this.#ms = ms
  }

  /**
   * Costs some tenths of a millisecond.
   *
   * @param tooLong  the error for a function that took longer
   */
  run<T>(work: () => T, tooLong: () => Error): T {
    const results: T[] = []
    this.#global.run = () => void results.push(work())
    try {
      call.runInContext(this.#context, { timeout: this.#ms })
    } catch (thrown) {
      // made in the other context, it is no Error of this one
      const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : null
      throw code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? tooLong() : thrown
    }
    const [result] = results
    return result as T
  }
}
