/** Requests of a page that are not answered yet; what nobody waits for any more is given up. */
export class OpenRequests {
  readonly #controllers = new Set<AbortController>()
  readonly #byId = new Map<unknown, AbortController>()

  /** @param requestId  by which the page may give it up; anything else names none */
  async during<T>(requestId: unknown, answer: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    this.#controllers.add(controller)
    if (typeof requestId === 'number') this.#byId.set(requestId, controller)
    try {
      return await answer(controller.signal)
    } finally {
      this.#controllers.delete(controller)
      if (this.#byId.get(requestId) === controller) this.#byId.delete(requestId)
    }
  }

  abandon(requestId: unknown): void {
    this.#byId.get(requestId)?.abort()
  }

  /** The page that asked is gone, or another document stands in its place. */
  abandonAll(): void {
    for (const controller of this.#controllers) controller.abort()
  }
}
