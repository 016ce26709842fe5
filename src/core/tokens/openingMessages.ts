import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { ChatMessage, Tokenizer } from './tokenizer.ts'

/** Where a conversation's instruction stands. */
export type InstructionTurn = 'system turn' | 'user turn'

/** How a conversation begins with this chat template. */
export interface Opening {
  /** null where there is no instruction. */
  readonly instructionIn: InstructionTurn | null
  messages(userMessage: string): ChatMessage[]
}

/**
 * Puts an instruction into the system turn, or, where the chat template raises on one or leaves its text out
 * (Gemma, older Mistral), before the first user message.
 *
 * @param system  the instruction; null = none
 * @throws RecheckError `tokenizer.chat-template` where the template renders neither
 */
export function openingFor(tokenizer: Tokenizer, system: string | null): Opening {
  const user = (content: string): ChatMessage => ({ role: 'user', content })
  if (system === null) return { instructionIn: null, messages: (message) => [user(message)] }
  const inSystemTurn = (message: string): ChatMessage[] => [
    { role: 'system', content: system },
    user(message),
  ]
  if (takesSystemTurn(tokenizer, inSystemTurn('2 + 2'), system)) {
    return { instructionIn: 'system turn', messages: inSystemTurn }
  }
  return { instructionIn: 'user turn', messages: (message) => [user(`${system}\n\n${message}`)] }
}

function takesSystemTurn(tokenizer: Tokenizer, messages: readonly ChatMessage[], system: string): boolean {
  try {
    return tokenizer.renderChat(messages, true).includes(system.trim())
  } catch (thrown) {
    if (thrown instanceof RecheckError && thrown.code === 'tokenizer.chat-template') return false
    throw thrown
  }
}
