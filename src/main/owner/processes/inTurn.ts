import PQueue from 'p-queue'
import { RecheckError } from '../../../shared/errors/recheckError.ts'

export interface TurnTerms {
  readonly atOnce: number
  /** More than these are refused; left out: any number may wait. */
  readonly mostWaiting?: number
  /** What whoever is refused is told. */
  readonly busyText?: string
  /** Of one that was given up: `The report was given up, because nobody waits for it any more.` */
  readonly abandonedText: string
}

/** Work that is done some at a time, each for as long as somebody waits for its answer. */
export class InTurn {
  readonly #terms: TurnTerms
  readonly #queue: PQueue
  readonly #closing = new AbortController()

  constructor(terms: TurnTerms) {
    this.#terms = terms
    this.#queue = new PQueue({ concurrency: terms.atOnce })
  }

  /**
   * @param work    ends when its signal is aborted
   * @param signal  aborted when nobody waits for the answer any more
   * @throws RecheckError `inquiry.busy`, `inquiry.abandoned`; what `work` throws
   */
  async run<T>(work: (end: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const { mostWaiting = Infinity, busyText = '', abandonedText } = this.#terms
    if (this.#queue.size >= mostWaiting) throw new RecheckError('inquiry.busy', busyText)
    const end = AbortSignal.any([this.#closing.signal, signal])
    try {
      return await this.#queue.add(() => work(end), { signal: end })
    } catch (thrown) {
      if (!end.aborted) throw thrown
      throw new RecheckError('inquiry.abandoned', abandonedText)
    }
  }

  /** What is under way ends, and what waits is given up. Resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#queue.onIdle()
  }
}
