import type { Tokenizer } from './tokenizer.ts'

/** What a decoder writes for the first bytes of a character that is not complete yet. */
const incomplete = '\uFFFD'

/**
 * The text of a completion as its tokens come. Special tokens are left out, half characters are held back.
 */
export class StreamedText {
  readonly #tokenizer: Tokenizer
  readonly #ids: number[] = []
  #shown = ''

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer
  }

  /** @returns what can be shown now that was not shown before */
  add(id: number): string {
    this.#ids.push(id)
    const text = this.text
    // one token can be decoded differently once its neighbour is known; what is shown stays
    if (text.endsWith(incomplete) || !text.startsWith(this.#shown)) return ''
    return this.#show(text)
  }

  /** @returns what was held back */
  end(): string {
    const text = this.text
    return text.startsWith(this.#shown) ? this.#show(text) : ''
  }

  /** The whole completion. */
  get text(): string {
    return this.#tokenizer.decode(this.#ids, { skipSpecialTokens: true })
  }

  #show(text: string): string {
    const fresh = text.slice(this.#shown.length)
    this.#shown = text
    return fresh
  }
}
