import type { Command } from 'commander'
import { z } from 'zod'
import type { PromptTemplate } from '../../core/data/promptTemplate.ts'
import type { ConversationPrompts } from '../../core/tokens/conversationPrompts.ts'
import type { Tokenizer } from '../../core/tokens/tokenizer.ts'
import type { CommandContext } from './command.ts'
import { addCommand } from './command.ts'

const TurnPreview = z.strictObject({
  kind: z.enum(['attempt', 'verdict', 'revision']),
  promptIds: z.array(z.int()).describe('everything the model sees before it writes this turn'),
  injectedIds: z.array(z.int()).describe('the part of promptIds that follows the last completion'),
  injectedText: z.string().describe('injectedIds as text, special tokens shown'),
})
type TurnPreview = z.infer<typeof TurnPreview>

export const TemplatePreviewOutput = z.strictObject({
  template: z.string(),
  version: z.string().describe('changes with wording, chat template and tokenizer'),
  instructionIn: z
    .enum(['system turn', 'user turn'])
    .nullable()
    .describe('where the template’s instruction stands; user turn: the chat template takes no system turn'),
  endTurnId: z.int(),
  endIds: z.array(z.int()),
  turns: z.array(TurnPreview),
})

const Input = z.object({
  folder: z.string(),
  template: z.string().default('auto'),
  marker: z.enum(['hash', 'boxed']).default('hash'),
  keepThinking: z.boolean().default(false),
  question: z.string().default('What is 47 + 38?'),
  attempt: z.string().default('47+38=75 #### 75'),
  verdict: z.string().default('The answer is wrong.'),
})

export function register(program: Command, context: CommandContext): void {
  const template = program.command('template').description('look at the wording of the three turns')
  addCommand(template, context, {
    name: 'preview',
    summary: 'print the exact ids and text of all three turns for a model folder',
    examples: [
      'recheck template preview resources/models/builtin',
      'recheck template preview resources/models/builtin --template builtin --question "What is 12 * 7?" --json',
    ],
    input: Input,
    output: TemplatePreviewOutput,
    async run({ folder, template: name, marker, keepThinking, question, attempt, verdict }) {
      const { loadTokenizer } = await import('../host/model/hubTokenizer.ts')
      const { chooseTemplate } = await import('../host/model/templateFiles.ts')
      const { conversationPrompts } = await import('../../core/tokens/conversationPrompts.ts')
      const tokenizer = await loadTokenizer(folder)
      const chosen = await chooseTemplate(name, tokenizer, marker)
      const prompts = conversationPrompts(tokenizer, chosen, keepThinking ? 'keep' : 'refuse')
      const output = {
        template: chosen.name,
        version: prompts.version,
        instructionIn: prompts.instructionIn,
        endTurnId: prompts.endTurnId,
        endIds: [...prompts.endIds],
        turns: previewTurns(tokenizer, prompts, { question, attempt, verdict }),
      }
      return { output, text: previewText(output, chosen) }
    },
  })
    .argument('<folder>', 'model folder with tokenizer.json')
    .option('--template <name>', 'auto, a name or a .yaml file', 'auto')
    .option('--marker <marker>', 'for auto: how an answer is marked, hash or boxed', 'hash')
    .option('--keep-thinking', 'accept a chat template that strips the thinking of earlier turns')
    .option('--question <text>', 'the problem')
    .option('--attempt <text>', 'what the model is taken to have answered')
    .option('--verdict <text>', 'what the model is taken to have judged')
}

interface Conversation {
  readonly question: string
  readonly attempt: string
  readonly verdict: string
}

function previewTurns(
  tokenizer: Tokenizer,
  prompts: ConversationPrompts,
  { question, attempt, verdict }: Conversation,
): TurnPreview[] {
  const first = prompts.firstPromptIds({ question })
  const attempted = [...first, ...tokenizer.encode(attempt), prompts.endTurnId]
  const second = prompts.verdictPromptIds(attempted)
  const judged = [...second, ...tokenizer.encode(verdict), prompts.endTurnId]
  const third = prompts.revisionPromptIds(judged)
  const turn = (kind: TurnPreview['kind'], promptIds: number[], history: readonly number[]): TurnPreview => {
    const injectedIds = promptIds.slice(history.length)
    return { kind, promptIds, injectedIds, injectedText: tokenizer.decode(injectedIds) }
  }
  return [turn('attempt', first, []), turn('verdict', second, attempted), turn('revision', third, judged)]
}

function previewText(output: z.infer<typeof TemplatePreviewOutput>, template: PromptTemplate): string {
  const turns = output.turns.map(({ kind, promptIds, injectedIds, injectedText }) =>
    [
      `${kind}: ${injectedIds.length} ids put before the completion, ${promptIds.length} with the history`,
      `  ids   ${injectedIds.join(' ')}`,
      `  text  ${JSON.stringify(injectedText)}`,
    ].join('\n'),
  )
  return [
    `template ${output.template} (${template.layout}, ${template.answerMarker}), version ${output.version}`,
    ...(output.instructionIn === 'user turn'
      ? ['the chat template takes no system turn: the instruction stands before the first user message']
      : []),
    `a turn ends with id ${output.endTurnId}; any of ${output.endIds.join(', ')} ends a completion`,
    ...turns,
  ].join('\n')
}
