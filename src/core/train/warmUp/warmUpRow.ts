import type { Dialogue } from '../../data/dialogue.ts'
import type { ConversationPrompts } from '../../tokens/conversationPrompts.ts'
import type { Tokenizer } from '../../tokens/tokenizer.ts'

/** Where tokens that are learned stand: ids[start … end − 1], end token included. */
export interface TrainedSpan {
  readonly start: number
  readonly end: number
}

/** A conversation as one row of token ids. */
export interface WarmUpRow {
  readonly ids: Int32Array
  readonly spans: readonly TrainedSpan[]
}

/** Ids that grow, with the spans of what is learned. */
export class RowBuilder {
  readonly #spans: TrainedSpan[] = []
  #ids: number[]

  /** @param promptIds what is given before the first completion */
  constructor(promptIds: readonly number[]) {
    this.#ids = promptIds.slice()
  }

  get ids(): readonly number[] {
    return this.#ids
  }

  /** @param completionIds end token included */
  addCompletion(completionIds: readonly number[], isTrained: boolean): void {
    const start = this.#ids.length
    this.#ids = this.#ids.concat(completionIds)
    if (isTrained) this.#spans.push({ start, end: this.#ids.length })
  }

  /** @param historyIds all of the ids so far and the next prompt */
  continueWith(historyIds: readonly number[]): void {
    this.#ids = historyIds.slice()
  }

  row(): WarmUpRow {
    return { ids: Int32Array.from(this.#ids), spans: this.#spans }
  }
}

/**
 * A worked example as a row, token for token as a rollout would be if the model wrote these turns: the same
 * prompts of the same template, every completion tokenised alone and closed with the end token.
 */
export function dialogueRow(
  { question, turns }: Dialogue,
  prompts: ConversationPrompts,
  tokenizer: Pick<Tokenizer, 'encode'>,
): WarmUpRow {
  const builder = new RowBuilder(prompts.firstPromptIds({ question }))
  turns.forEach(({ text, isTrained }, index) => {
    if (index === 1) builder.continueWith(prompts.verdictPromptIds(builder.ids))
    if (index === 2) builder.continueWith(prompts.revisionPromptIds(builder.ids))
    builder.addCompletion(tokenizer.encode(text).concat(prompts.endTurnId), isTrained)
  })
  return builder.row()
}

/** Tokens of a row that are learned. */
export function trainedTokens({ spans }: WarmUpRow): number {
  return spans.reduce((sum, { start, end }) => sum + end - start, 0)
}
