/** One message of a conversation, as a chat template sees it. */
export type ChatRole = 'system' | 'user' | 'assistant'
export interface ChatMessage {
  readonly role: ChatRole
  readonly content: string
}

/**
 * Text ↔ token ids. Implemented by `src/main/host/model/hubTokenizer.ts`; ids never come from re-tokenised
 * completions.
 */
export interface Tokenizer {
  readonly vocabularySize: number
  readonly bosId: number | null
  /** Ids that end a turn (`eos_token_id` of generation_config.json, else of config.json); never empty. */
  readonly endIds: readonly number[]
  readonly padId: number
  readonly hasChatTemplate: boolean
  /** Plain text; no special tokens are added, special tokens written in the text are recognised. */
  encode(text: string): number[]
  decode(ids: readonly number[], options?: { readonly skipSpecialTokens?: boolean }): string
  /** Renders the folder's chat template. Throws `tokenizer.no-chat-template` where the folder has none. */
  renderChat(messages: readonly ChatMessage[], addGenerationPrompt: boolean): string
}
