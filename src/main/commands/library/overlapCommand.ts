import type { Command } from 'commander'
import { z } from 'zod'
import { formatCount } from '../../../shared/text/format.ts'
import { addCommand, type CommandContext } from '../command.ts'
import { namedSet } from './namedSet.ts'

const Input = z.object({ first: z.string(), second: z.string() })
const Output = z.strictObject({
  first: z.int().describe('problems of the first, every one once'),
  second: z.int(),
  shared: z.int().describe('problems that stand in both, compared without case and spaces'),
  leaking: z.int().describe('of those in a held-out split of one and in the training split of the other'),
  examples: z.array(z.string()).describe('questions that stand in both, the first five'),
})
type Output = z.infer<typeof Output>

/** `recheck data overlap FIRST SECOND`. */
export function registerOverlap(data: Command, context: CommandContext): void {
  addCommand(data, context, {
    name: 'overlap',
    summary: 'what two data sets have in common, and what of a test stands in the other’s training data',
    examples: ['recheck data overlap math gsm8k', 'recheck data overlap mine.jsonl math --json'],
    input: Input,
    output: Output,
    async run({ first, second }, call) {
      const { dataOverlap } = await import('../../tools/library/readData.ts')
      const [one, other] = [await namedSet(first), await namedSet(second)]
      const found = await dataOverlap(one, other, (name, rows) => {
        call.signal.throwIfAborted()
        call.progress.update({ activity: `reading ${name}`, done: rows, total: rows, unit: 'problems' })
      })
      const output = { ...found, examples: [...found.examples] }
      return { output, text: textOf(output, [first, second]), exitCode: found.leaking > 0 ? 1 : 0 }
    },
  })
    .argument('<first>', 'a data set of the library by its name, a file or a folder')
    .argument('<second>', 'the same')
}

function textOf({ first, second, shared, leaking, examples }: Output, names: readonly string[]): string {
  return [
    `${names[0]}: ${formatCount(first)} problems; ${names[1]}: ${formatCount(second)}.`,
    `In both: ${formatCount(shared)}; held out in one and trained on in the other: ${formatCount(leaking)}.`,
    ...examples.map((question) => `  ${question.replaceAll(/\s+/g, ' ')}`),
  ].join('\n')
}
