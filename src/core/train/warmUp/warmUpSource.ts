import { arithmeticDialogue } from '../../data/arithmeticDialogue.ts'
import { parseExercise } from '../../data/arithmeticProblem.ts'
import type { Problem } from '../../data/problem.ts'
import { forkRandom } from '../../random.ts'
import type { ConversationPrompts } from '../../tokens/conversationPrompts.ts'
import type { Tokenizer } from '../../tokens/tokenizer.ts'
import { dialogueRow, type WarmUpRow } from './warmUpRow.ts'

/** The conversations of a warm-up as rows. */
export interface WarmUpSource {
  /** Conversations of an epoch. */
  readonly size: number
  /** Same index and epoch, same row; made when it is asked for. */
  row(index: number, epoch: number): WarmUpRow
}

export interface ArithmeticSourceSetup {
  readonly seed: number
  readonly wrongShare: number
  readonly prompts: ConversationPrompts
  readonly tokenizer: Pick<Tokenizer, 'encode'>
}

/**
 * One worked example per problem and epoch; whether its attempt is wrong, and how, is drawn anew in every
 * epoch.
 */
export function arithmeticSource(
  problems: readonly Problem[],
  { seed, wrongShare, prompts, tokenizer }: ArithmeticSourceSetup,
): WarmUpSource {
  const exercises = problems.map(({ id, question }) => {
    const exercise = parseExercise(question)
    if (exercise === null) throw new RangeError(`arithmeticSource: ${id} is no arithmetic problem`)
    return { id, exercise }
  })
  return {
    size: exercises.length,
    row(index, epoch) {
      const { id, exercise } = exercises[index]
      const random = forkRandom(seed, 'warm-up', id, epoch)
      const isWrong = random.next() < wrongShare
      const { answerMarker: marker } = prompts.template
      return dialogueRow(arithmeticDialogue(exercise, { isWrong, marker, random }), prompts, tokenizer)
    },
  }
}

/** Rows that are there already, the same in every epoch. */
export function fixedSource(rows: readonly WarmUpRow[]): WarmUpSource {
  return { size: rows.length, row: (index) => rows[index] }
}

/** Numbers of a dialogue that a slip can make one character longer, with room to spare. */
const slipTokens = 10

/** Tokens that no row of these problems exceeds, whichever attempts are drawn. */
export function longestArithmeticRow(problems: readonly Problem[], setup: ArithmeticSourceSetup): number {
  const rows = arithmeticSource(problems, { ...setup, wrongShare: 1 })
  const lengths = problems.map((_, index) => rows.row(index, 0).ids.length)
  return Math.max(...lengths) + slipTokens
}
