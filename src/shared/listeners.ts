/**
 * Who is told of something. A listener that is added or removed while it is told does not change who is told
 * now.
 */
export class Listeners<T> {
  readonly #listeners = new Set<(message: T) => void>()

  /** @returns a function that removes it again */
  add(listener: (message: T) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  tell(message: T): void {
    for (const listener of [...this.#listeners]) listener(message)
  }
}
