import { RecheckError } from '../../shared/recheckError.ts'
import type { ChatMessage, Tokenizer } from './tokenizer.ts'

/** Stands in for what the model wrote while the template is asked what comes after it. */
const placeholder = 'RECHECK-COMPLETION'

/** A conversation as token ids. What the model wrote stays as it was sampled, never decoded and tokenised again. */
export class ChatHistory {
  readonly #tokenizer: Tokenizer
  readonly #messages: ChatMessage[]
  #ids: number[] = []

  constructor(tokenizer: Tokenizer, system: string | null = null) {
    this.#tokenizer = tokenizer
    this.#messages = system === null ? [] : [{ role: 'system', content: system }]
  }

  /**
   * @returns the prompt for the model's next completion
   * @throws RecheckError `tokenizer.no-chat-template`, `template.not-extendable`
   */
  ask(content: string): readonly number[] {
    const before = this.#messages.length === 0 ? '' : this.#rendered(false)
    const isFirst = this.#ids.length === 0
    this.#messages.push({ role: 'user', content })
    const whole = this.#rendered(true)
    if (isFirst) this.#ids = this.#tokenizer.encode(whole)
    else this.#extend(before, whole)
    return [...this.#ids]
  }

  /** @param completionIds as sampled, end token included where there is one */
  answer(completionIds: readonly number[]): void {
    this.#ids.push(...completionIds)
    this.#messages.push({ role: 'assistant', content: placeholder })
  }

  #rendered(addGenerationPrompt: boolean): string {
    return this.#tokenizer.renderChat(this.#messages, addGenerationPrompt)
  }

  /** Appends what the template writes between the completion and the next one. */
  #extend(before: string, whole: string): void {
    const at = before.lastIndexOf(placeholder) + placeholder.length
    if (whole.slice(0, at) !== before.slice(0, at)) {
      throw new RecheckError(
        'template.not-extendable',
        "the model's chat template rewrites earlier turns when one is added; such a conversation cannot be continued. " +
          'Begin a new one.',
      )
    }
    const [first, ...rest] = this.#tokenizer.encode(whole.slice(at))
    const isAlreadyThere = first !== undefined && first === this.#ids.at(-1) && this.#isEnd(first)
    this.#ids.push(...(isAlreadyThere || first === undefined ? [] : [first]), ...rest)
  }

  #isEnd(id: number): boolean {
    return this.#tokenizer.endIds.includes(id)
  }
}
