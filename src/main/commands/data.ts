import type { Command } from 'commander'
import { z } from 'zod'
import type { RowLayout } from '../../core/data/sourceRows.ts'
import type { PromptLimit } from '../host/datasets/scan.ts'
import type { StoredSet } from '../owner/tasks/dataSets.ts'
import type { CommandContext } from './command.ts'
import { addCommand } from './command.ts'
import { registerDataCommands } from './library/dataCommands.ts'
import { registerDataImport } from './library/importDataCommand.ts'
import { namedSet } from './library/namedSet.ts'
import { registerOverlap } from './library/overlapCommand.ts'

const tally = z.record(z.string(), z.int())
const badRowExample = z.strictObject({
  place: z.string().describe('file:line'),
  detail: z.string().nullable(),
})

export const DataCheckOutput = z.strictObject({
  passed: z.boolean().describe('at most 1 % of the rows are bad, and no problem stands in two splits'),
  source: z.string(),
  files: z.array(
    z.strictObject({
      name: z.string(),
      split: z.enum(['train', 'validation', 'test']),
      format: z.string().describe('as it was read'),
      rows: z.int(),
      bad: z.int(),
    }),
  ),
  skippedFiles: z
    .array(z.strictObject({ name: z.string(), reason: z.string() }))
    .describe('what else is in the folder'),
  rows: z.int().describe('used + bad + empty + copies + contradicting + overlapping + longPrompts'),
  used: z.int(),
  bad: z.int(),
  empty: z.int().describe('rows without anything in them'),
  copies: z.int().describe('rows that repeat a question and its answer'),
  contradicting: z.int().describe('rows that repeat a question with another answer; the first answer counts'),
  overlapping: z.int().describe('rows whose problem stands in a held-out split as well'),
  longPrompts: z
    .int()
    .nullable()
    .describe('questions of more tokens than --max-prompt-tokens; null without it'),
  badRows: z
    .array(z.strictObject({ cause: z.string(), rows: z.int(), examples: z.array(badRowExample) }))
    .describe('by cause, with the first of each'),
  contradictions: z
    .array(z.strictObject({ place: z.string(), question: z.string(), answer: z.string(), first: z.string() }))
    .describe('the first 10; `first` is where the question stands with the answer that counts'),
  overlaps: z
    .array(z.strictObject({ place: z.string(), question: z.string(), heldOut: z.string() }))
    .describe('the first 10'),
  warnings: tally.describe('rows that are used though something is odd about them'),
  subjects: tally,
  levels: tally,
  marker: z.enum(['hash', 'boxed']),
})

export const DataShowOutput = z.strictObject({
  source: z.string(),
  problems: z.array(
    z.strictObject({
      id: z.string(),
      question: z.string(),
      answer: z.string().describe('the known answer as the source writes it'),
      canonical: z.string().describe('problems that share it are the same'),
      subject: z.string().nullable(),
      level: z.string().nullable(),
    }),
  ),
})

const columns = {
  question: z.string().optional(),
  answer: z.string().optional(),
  subject: z.string().optional(),
  level: z.string().optional(),
}

const CheckInput = z.object({
  path: z.string(),
  ...columns,
  model: z.string().optional(),
  maxPromptTokens: z.coerce.number().int().min(1).optional(),
})

const ShowInput = z.object({
  path: z.string().default('arithmetic'),
  ...columns,
  n: z.coerce.number().int().min(1).max(1000),
})

export function register(program: Command, context: CommandContext): void {
  const data = program
    .command('data')
    .description('data sets: fetch them, and look at their problems before a run uses them')
  registerCheck(data, context)
  registerShow(data, context)
  registerDataCommands(data, context)
  registerDataImport(data, context)
  registerOverlap(data, context)
}

function registerCheck(data: Command, context: CommandContext): void {
  const command = addCommand(data, context, {
    name: 'check',
    summary: 'read every row of problem files: bad rows, overlap of the splits, subjects, levels',
    examples: [
      'recheck data check math',
      'recheck data check problems.csv --question prompt --answer solution --json',
      'recheck data check mine',
      'recheck data check gsm8k --model models/qwen --max-prompt-tokens 256',
    ],
    input: CheckInput,
    output: DataCheckOutput,
    async run({ path, model, maxPromptTokens, ...fields }) {
      const { checkProblemFiles } = await import('../host/datasets/files.ts')
      const limit = await promptLimit(model, maxPromptTokens)
      const { dataReportText } = await import('./dataReportText.ts')
      const set = await namedSet(path)
      const report = await checkProblemFiles(set.path, layoutOf(fields, set), limit)
      const { left, hasPromptLimit, ...found } = report
      const passed = left.bad <= 0.01 * report.rows && left.overlapping === 0 && report.used > 0
      const longPrompts = hasPromptLimit ? left.longPrompts : null
      const output = DataCheckOutput.parse({ passed, ...found, ...left, longPrompts })
      return { output, text: dataReportText(report, passed), exitCode: passed ? 0 : 1 }
    },
  })
  addColumnOptions(command.argument('<path>', 'file or folder, or a data set of the library by its name'))
    .option('--max-prompt-tokens <n>', 'count questions of more tokens than this; needs --model')
    .option('--model <folder>', 'model folder whose tokenizer counts')
}

function registerShow(data: Command, context: CommandContext): void {
  const command = addCommand(data, context, {
    name: 'show',
    summary: 'print the first problems of a source as a run would see them',
    examples: ['recheck data show', 'recheck data show math -n 3', 'recheck data show problems.jsonl --json'],
    input: ShowInput,
    output: DataShowOutput,
    async run({ path, n, ...fields }) {
      const problems = await firstProblems(path, n, fields)
      const output = { source: path, problems: problems.map((problem) => ({ ...problem })) }
      const text = problems.map(
        ({ id, question, answer, subject, level }) =>
          `${id}${subject === null ? '' : `  ${subject}`}${level === null ? '' : `  level ${level}`}\n${question}\n→ ${answer}\n`,
      )
      return { output, text: text.join('\n') }
    },
  })
  addColumnOptions(
    command.argument(
      '[path]',
      'arithmetic, a file or folder, or a data set of the library by its name',
      'arithmetic',
    ),
  ).option('-n <count>', 'how many', '5')
}

function addColumnOptions(command: Command): Command {
  return command
    .option('--question <column>', 'column of the question')
    .option('--answer <column>', 'column of the known answer')
    .option('--subject <column>', 'column of the subject')
    .option('--level <column>', 'column of the level')
}

type Fields = Readonly<Partial<Record<'question' | 'answer' | 'subject' | 'level', string | undefined>>>

/** Null where no column is named and the library knows none: the layout then follows from the columns that are there. */
function layoutOf({ question, answer, subject, level }: Fields, set: StoredSet): RowLayout | null {
  if ([question, answer, subject, level].every((column) => column === undefined))
    return set.layout as RowLayout | null
  return {
    kind: 'fields',
    question: question ?? 'question',
    answer: answer ?? 'answer',
    subject: subject ?? null,
    level: level ?? null,
  }
}

async function promptLimit(
  model: string | undefined,
  maxTokens: number | undefined,
): Promise<PromptLimit | null> {
  if (maxTokens === undefined) return null
  const { loadTokenizer } = await import('../host/model/hubTokenizer.ts')
  const { builtinModelFolder } = await import('../run/namedModelFolder.ts')
  const tokenizer = await loadTokenizer(model ?? builtinModelFolder)
  return { maxTokens, countTokens: (question) => tokenizer.encode(question).length }
}

async function firstProblems(path: string, n: number, fields: Fields) {
  if (path === 'arithmetic') {
    const { parseConfig } = await import('../../shared/config/parseConfig.ts')
    const { arithmeticProblems } = await import('../run/problems.ts')
    const config = parseConfig({ data: { train: n, validation: 0, test: 0 } }, 'recheck data show')
    return (await arithmeticProblems(config)).train
  }
  const { showProblemFiles } = await import('../host/datasets/files.ts')
  const set = await namedSet(path)
  return showProblemFiles(set.path, layoutOf(fields, set), n)
}
