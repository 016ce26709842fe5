import { RecheckError } from '../../shared/errors/recheckError.ts'
import { openingFor, type Opening } from './openingMessages.ts'
import {
  standIn,
  stripsThinking,
  textAfter,
  textAfterThinking,
  thinkingStandIns,
  type EarlierThinking,
} from './standIns.ts'
import type { ChatMessage, Tokenizer } from './tokenizer.ts'

export interface ChatSettings {
  readonly system: string | null
  readonly earlierThinking: EarlierThinking
}

/**
 * A conversation as token ids. What the model wrote stays as it was sampled, never decoded and tokenised
 * again.
 */
export class ChatHistory {
  readonly #tokenizer: Tokenizer
  readonly #opening: Opening
  readonly #earlierThinking: EarlierThinking
  /** What the user wrote, turn by turn. */
  readonly #questions: string[] = []
  #ids: number[] = []

  constructor(
    tokenizer: Tokenizer,
    { system, earlierThinking }: ChatSettings = { system: null, earlierThinking: 'refuse' },
  ) {
    this.#tokenizer = tokenizer
    this.#opening = openingFor(tokenizer, system)
    this.#earlierThinking = earlierThinking
  }

  /**
   * @returns the prompt for the model's next completion
   * @throws RecheckError `tokenizer.no-chat-template`, `template.not-extendable`, `template.strips-thinking`
   */
  ask(content: string): readonly number[] {
    const questions = [...this.#questions, content]
    if (this.#questions.length === 0) this.#ids = this.#tokenizer.encode(this.#prompt(questions, standIn))
    else this.#extend(questions)
    this.#questions.push(content)
    return [...this.#ids]
  }

  /** @param completionIds as sampled, end token included where there is one */
  answer(completionIds: readonly number[]): void {
    this.#ids.push(...completionIds)
  }

  /** The prompt after the last of these questions, each earlier one answered with `completion`. */
  #prompt(questions: readonly string[], completion: string): string {
    const messages = questions.flatMap((content, turn): ChatMessage[] =>
      turn === 0
        ? this.#opening.messages(content)
        : [
            { role: 'assistant', content: completion },
            { role: 'user', content },
          ],
    )
    return this.#tokenizer.renderChat(messages, true)
  }

  /** Appends what the template writes between the completion and the next one. */
  #extend(questions: readonly string[]): void {
    const [first, ...rest] = this.#tokenizer.encode(this.#textBetween(questions))
    const isAlreadyThere = first !== undefined && first === this.#ids.at(-1) && this.#isEnd(first)
    this.#ids.push(...(isAlreadyThere || first === undefined ? [] : [first]), ...rest)
  }

  #textBetween(questions: readonly string[]): string {
    const after = (completion: string): string | null =>
      textAfter(this.#prompt(this.#questions, completion), this.#prompt(questions, completion), completion)
    const plain = after(standIn)
    if (plain !== null && thinkingStandIns.every((completion) => after(completion) === plain)) return plain
    const kept = textAfterThinking(this.#prompt(this.#questions, standIn), this.#prompt(questions, standIn))
    if (kept === null) {
      throw new RecheckError(
        'template.not-extendable',
        "the model's chat template rewrites earlier turns when one is added; such a conversation cannot be continued. " +
          'Begin a new one.',
      )
    }
    if (this.#earlierThinking === 'keep') return kept
    throw stripsThinking('Give --keep-thinking to leave it in the conversation.')
  }

  #isEnd(id: number): boolean {
    return this.#tokenizer.endIds.includes(id)
  }
}
