import { basename } from 'node:path'
import { z } from 'zod'
import type { Dialogue } from '../../core/data/dialogue.ts'
import type { ConversationPrompts } from '../../core/tokens/conversationPrompts.ts'
import type { Tokenizer } from '../../core/tokens/tokenizer.ts'
import { conversationRow } from '../../core/train/warmUp/conversationRow.ts'
import { dialogueRow, type WarmUpRow } from '../../core/train/warmUp/warmUpRow.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { openDatasetFile } from '../host/datasets/rows.ts'
import { readError } from '../disk/fileError.ts'

const Message = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })
const Messages = z.object({ messages: z.array(Message).min(2) })
const Turn = z.string().min(1)
const DialogueRow = z.object({
  question: z.string().min(1),
  attempt: Turn,
  verdict: Turn.nullish(),
  revision: Turn.nullish(),
  /** Turns that are shown and not learned. */
  untrained: z.array(z.enum(['attempt', 'verdict', 'revision'])).nullish(),
})

/** A file of more is a data set for pre-training; its rows would not fit into memory. */
const mostRows = 500_000

export interface ConversationsSetup {
  readonly prompts: ConversationPrompts
  readonly tokenizer: Tokenizer
  /** Tokens that a row may have. */
  readonly longest: number
}

export interface LoadedConversations {
  readonly rows: readonly WarmUpRow[]
  /** Rows left out because they are too long. */
  readonly tooLong: number
}

/**
 * Conversations of a file: `messages` in the model's own chat template, or dialogues in the three turns of
 * the run's template. One bad row refuses the file: what is imitated has to be what was written.
 *
 * @throws RecheckError `data.missing`, `data.unreadable`, `data.bad-rows`, `data.too-few`,
 *   `template.not-extendable`
 */
export async function loadConversations(
  path: string,
  setup: ConversationsSetup,
): Promise<LoadedConversations> {
  const table = await openDatasetFile(path, basename(path)).catch((thrown: unknown) => {
    throw thrown instanceof RecheckError ? thrown : readError(thrown, path)
  })
  const rows: WarmUpRow[] = []
  let tooLong = 0
  for await (const placed of table.rows(null)) {
    if (placed.kind === 'empty') continue
    if (placed.kind === 'bad')
      throw badRow(placed.place, placed.detail === null ? placed.cause : `${placed.cause}: ${placed.detail}`)
    const row = rowOf(placed.row, placed.place, setup)
    if (row.ids.length > setup.longest) tooLong++
    else rows.push(row)
    if (rows.length > mostRows)
      throw new RecheckError(
        'data.bad-rows',
        `${path}: more than ${mostRows} conversations. Take a part of them.`,
      )
  }
  if (rows.length > 0) return { rows, tooLong }
  throw new RecheckError(
    'data.too-few',
    `${path} holds no conversation that the model takes: ${tooLong} are longer than ${setup.longest} tokens.`,
  )
}

function rowOf(row: Readonly<Record<string, unknown>>, place: string, setup: ConversationsSetup): WarmUpRow {
  const { prompts, tokenizer } = setup
  if (Object.hasOwn(row, 'messages')) {
    const read = Messages.safeParse(row)
    if (!read.success)
      throw badRow(place, 'messages: expected a list of { role: system, user or assistant, content }')
    const { messages } = read.data
    if (!messages.some(({ role }) => role === 'assistant')) throw badRow(place, 'no message of the assistant')
    return conversationRow(messages, tokenizer)
  }
  const read = DialogueRow.safeParse(row)
  if (!read.success)
    throw badRow(place, 'expected "messages", or "question" and "attempt" with "verdict" and "revision"')
  return dialogueRow(dialogueOf(read.data, place), prompts, tokenizer)
}

function dialogueOf(row: z.output<typeof DialogueRow>, place: string): Dialogue {
  const { question, attempt, verdict, revision, untrained } = row
  if ((verdict ?? null) === null && (revision ?? null) !== null)
    throw badRow(place, 'a revision without a verdict')
  const texts = [
    ['attempt', attempt],
    ['verdict', verdict],
    ['revision', revision],
  ] as const
  const turns = texts.flatMap(([kind, text]) =>
    typeof text === 'string' ? [{ text, isTrained: !(untrained ?? []).includes(kind) }] : [],
  )
  if (turns.every(({ isTrained }) => !isTrained)) throw badRow(place, 'every turn is untrained')
  return { question, turns }
}

function badRow(place: string, cause: string): RecheckError {
  return new RecheckError('data.bad-rows', `${place}: ${cause}.`, { place })
}
