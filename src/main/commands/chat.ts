import { createInterface } from 'node:readline'
import { z } from 'zod'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { ChatHistory } from '../../core/tokens/chatHistory.ts'
import type { OpenModel } from '../host/onnx/openSampler.ts'
import type { CommandCall, Register } from './command.ts'
import { openChosenModel, trainedRunOption } from './chosenModel.ts'
import { addCommand } from './command.ts'
import { addSamplingOptions, samplingInput, samplingSettings } from './samplingOptions.ts'

const Input = z.object({
  folder: z.string().optional(),
  run: z.string().optional(),
  system: z.string().optional(),
  keepThinking: z.boolean().default(false),
  ...samplingInput,
})
type Input = z.infer<typeof Input>

const Turn = z.object({ question: z.string(), answer: z.string(), finishReason: z.enum(['stop', 'length']) })
const Output = z.object({
  model: z.string().describe('folder, or run and step of a checkpoint'),
  turns: z.array(Turn),
})
type Output = z.infer<typeof Output>

/**
 * `recheck chat DIR`: a conversation; a line of stdin is a message, an empty line or the end of stdin ends
 * it.
 */
export const register: Register = (program, context) => {
  const command = addCommand(program, context, {
    name: 'chat',
    summary: 'talk with a model; an empty line ends the conversation',
    examples: [
      'recheck chat',
      'recheck chat --run 7f3a9c@best',
      'recheck chat models/Qwen2.5-0.5B-Instruct --temperature 0.7 --top-p 0.9',
    ],
    input: Input,
    output: Output,
    run: async (input, call) => ({ output: await chat(input, call), text: '' }),
  })
    .argument('[folder]', 'model with a chat template: a folder or a name (default: the built-in model)')
    .option('--run <run>', trainedRunOption)
    .option('--system <text>', "the conversation's system message")
    .option(
      '--keep-thinking',
      'where the chat template strips what the model thought in earlier turns, leave it in',
    )
  addSamplingOptions(command)
}

async function chat(input: Input, call: CommandCall): Promise<Output> {
  const { ChatHistory } = await import('../../core/tokens/chatHistory.ts')
  const { name, model } = await openChosenModel(
    { model: input.folder, run: input.run, sampler: input.sampler },
    call,
  )
  for (const notice of model.notices) call.note(notice)
  const turns: Output['turns'] = []
  const lines = createInterface({ input: call.stdin, signal: call.signal })
  try {
    const history = new ChatHistory(model.tokenizer, {
      system: input.system ?? null,
      earlierThinking: input.keepThinking ? 'keep' : 'refuse',
    })
    call.print('> ')
    for await (const line of lines) {
      if (line.trim() === '') break
      turns.push(await answer({ question: line, history, model }, input, { call, turn: turns.length }))
      call.print('\n> ')
    }
    call.print('\n')
    return { model: name, turns }
  } finally {
    lines.close()
    await model.close()
  }
}

async function answer(
  { question, history, model }: { question: string; history: ChatHistory; model: OpenModel },
  input: Input,
  { call, turn }: { call: CommandCall; turn: number },
): Promise<Output['turns'][number]> {
  const { StreamedText } = await import('../../core/tokens/streamedText.ts')
  const promptIds = history.ask(question)
  const room = model.config.maxPositions - promptIds.length
  if (room < 1) {
    throw new RecheckError(
      'chat.full',
      `recheck chat: the conversation has ${promptIds.length} tokens, the model ${model.config.maxPositions} positions. ` +
        'Begin a new one.',
    )
  }
  const streamed = new StreamedText(model.tokenizer)
  const [[completion] = []] = await model.sampler.sample({
    requests: [{ promptIds, seedLabels: ['chat', turn], samples: 1 }],
    settings: samplingSettings(input, { endIds: model.tokenizer.endIds, room }),
    keepCaches: true,
    signal: call.signal,
    onToken: (_request, _sample, id) => call.print(streamed.add(id)),
  })
  call.print(streamed.end())
  if (completion === undefined) throw new Error('recheck chat: the sampler returned nothing')
  history.answer(completion.completionIds)
  return { question, answer: streamed.text, finishReason: completion.finishReason }
}
