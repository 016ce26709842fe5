import { z } from 'zod'
import type { ChatMessage } from '../../core/tokens/tokenizer.ts'
import type { CommandCall, Register } from './command.ts'
import { openChosenModel, trainedRunOption } from './chosenModel.ts'
import { addCommand } from './command.ts'
import { addSamplingOptions, samplingInput, samplingSettings } from './samplingOptions.ts'

const Input = z.object({
  model: z.string().optional(),
  run: z.string().optional(),
  prompt: z.string().min(1),
  chat: z.boolean().default(false),
  ...samplingInput,
})
type Input = z.infer<typeof Input>

const Output = z.object({
  model: z.string().describe('folder, or run and step of a checkpoint'),
  prompt: z.string().describe('the text the model was given, chat template included'),
  promptTokens: z.int(),
  completion: z.string().describe('what it wrote, special tokens left out'),
  completionIds: z.array(z.int()),
  finishReason: z.enum(['stop', 'length']),
})
type Output = z.infer<typeof Output>

/** `recheck generate`: one completion of one prompt, streamed. */
export const register: Register = (program, context) => {
  const command = addCommand(program, context, {
    name: 'generate',
    summary: 'let a model continue a prompt, token by token',
    examples: [
      'recheck generate --chat --prompt "What is 47 + 38?"',
      'recheck generate --run 7f3a9c@best --chat --prompt "What is 47 + 38?" --temperature 0',
      'recheck generate --model models/SmolLM2-135M --prompt "Once upon a time" --max-tokens 60 --temperature 0.7',
    ],
    input: Input,
    output: Output,
    run: async (input, call) => {
      const output = await generate(input, call)
      call.print('\n')
      return { output, text: '' }
    },
  })
    .requiredOption('--prompt <text>', 'what the model continues; special tokens may be written out')
    .option('--model <folder>', 'model folder or name of a model (default: the built-in model)')
    .option('--run <run>', trainedRunOption)
    .option('--chat', "put the prompt into the model's chat template as the user's message")
  addSamplingOptions(command)
}

async function generate(input: Input, call: CommandCall): Promise<Output> {
  const { StreamedText } = await import('../../core/tokens/streamedText.ts')
  const { name, model } = await openChosenModel(input, call)
  for (const notice of model.notices) call.note(notice)
  try {
    const { tokenizer } = model
    const message: ChatMessage = { role: 'user', content: input.prompt }
    const prompt = input.chat ? tokenizer.renderChat([message], true) : input.prompt
    const promptIds = tokenizer.encode(prompt)
    const streamed = new StreamedText(tokenizer)
    const [[completion] = []] = await model.sampler.sample({
      requests: [{ promptIds, seedLabels: ['generate'], samples: 1 }],
      settings: samplingSettings(input, {
        endIds: tokenizer.endIds,
        room: model.config.maxPositions - promptIds.length,
      }),
      signal: call.signal,
      onToken: (_request, _sample, id) => call.print(streamed.add(id)),
    })
    call.print(streamed.end())
    if (completion === undefined) throw new Error('recheck generate: the sampler returned nothing')
    return {
      model: name,
      prompt,
      promptTokens: promptIds.length,
      completion: streamed.text,
      completionIds: [...completion.completionIds],
      finishReason: completion.finishReason,
    }
  } finally {
    await model.close()
  }
}
