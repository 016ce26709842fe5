import { cp } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { DataColumns, DataLook } from '../../../shared/routes/library/dataImport.ts'
import { listed, quoted, shortened } from '../../../shared/text/shortened.ts'
import { formatTable } from '../../../shared/text/textTable.ts'
import { addCommand, type CommandCall, type CommandContext, type CommandResult } from '../command.ts'

const Columns = z.strictObject({
  question: z.string(),
  answer: z.string(),
  subject: z.string().nullable(),
  level: z.string().nullable(),
})

const ImportInput = z.object({
  file: z.string(),
  as: z.string().optional(),
  columns: z.string().optional(),
  preview: z.boolean().default(false),
})

const ImportOutput = z.strictObject({
  name: z.string().nullable().describe('in the library; null with --preview'),
  folder: z.string().nullable(),
  format: z.string().describe('as the file was read'),
  columns: z.array(z.string()).describe('of the file, at most 200'),
  fields: Columns.describe('what stands in which column; `data.source.fields` of a config'),
  rows: z.int(),
  used: z.int().describe('rows that make a problem'),
  notes: z.array(z.string()).describe('what is odd about the file'),
  problems: z
    .array(
      z.strictObject({
        question: z.string(),
        answer: z.string(),
        subject: z.string().nullable(),
        level: z.string().nullable(),
      }),
    )
    .describe('the first five as a run would read them; long texts are cut'),
})

/** `recheck data import`: in the group `recheck data`. */
export function registerDataImport(data: Command, context: CommandContext): void {
  addCommand(data, context, {
    name: 'import',
    summary: 'take a file of problems into the library, its columns named; the first five problems are shown',
    examples: [
      'recheck data import exercises.csv',
      'recheck data import exercises.csv --columns question=Task,answer=Result,level=Grade --as exercises',
      'recheck data import exercises.parquet --preview',
    ],
    input: ImportInput,
    output: ImportOutput,
    run: importData,
  })
    .argument('<file>', 'CSV, TSV, JSON, JSONL or Parquet, also packed as .gz, .zst or .br')
    .option(
      '--columns <pairs>',
      'question=COLUMN,answer=COLUMN[,subject=COLUMN][,level=COLUMN] (default: the likeliest by their names)',
    )
    .option('--as <name>', 'name in the library (default: the name of the file without its ending)')
    .option('--preview', 'only look at the file; nothing is imported')
}

type Input = z.infer<typeof ImportInput>

async function importData(
  { file, as, columns, preview }: Input,
  call: CommandCall,
): Promise<CommandResult<z.infer<typeof ImportOutput>>> {
  const { lookAtData } = await import('../../tools/library/lookAtData.ts')
  const { newDataFolder } = await import('../../host/hub/dataLibrary.ts')
  const name = as ?? basename(file).replace(/(\.[A-Za-z0-9]{1,12}){1,2}$/, '')
  // a name that is taken, or none, is told before a long file is read
  if (!preview) newDataFolder(name)
  const asked = columns === undefined ? null : parseColumns(columns)
  const look = await lookAtData({ question: 'data.look', path: file, columns: asked })
  if (asked !== null) requireColumns(asked, look, file)
  if (look.chosen === null || look.counts === null || look.problem !== null) throw unusable(file, look)
  const shown = {
    format: look.format,
    columns: [...look.columns],
    fields: look.chosen,
    ...look.counts,
    notes: [...look.notes],
    problems: [...look.problems],
  }
  const head = previewText(look, look.chosen)
  if (preview) return { output: { name: null, folder: null, ...shown }, text: head }
  call.signal.throwIfAborted()
  const folder = await takeIn(file, name, look.chosen)
  const text = `${head}\n${name}: ${folder}\nUse it in a config: ${configLine(join(folder, fileName(file)), look.chosen)}`
  return { output: { name, folder, ...shown }, text }
}

async function takeIn(file: string, name: string, fields: DataColumns): Promise<string> {
  const { addData } = await import('../../host/hub/dataLibrary.ts')
  const { systemClock } = await import('../../host/machine/clock.ts')
  const { folder } = await addData(name, async (unfinished) => {
    await cp(file, join(unfinished, fileName(file)))
    const importedAt = new Date(systemClock.nowMs()).toISOString()
    return { source: basename(file), revision: null, licence: null, importedAt, fields }
  })
  return folder
}

/** Hidden files of a library are not read. */
const fileName = (file: string): string => basename(file).replace(/^\.+/, '') || 'problems'

const parts = ['question', 'answer', 'subject', 'level'] as const

/** `question=Task,answer=Result`: a column's name may hold every character but a comma. */
function parseColumns(text: string): DataColumns {
  const found = new Map<string, string>()
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=')
    const [part, column] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
    const isKnown = parts.some((each) => each === part)
    if (at < 1 || column === '' || !isKnown || found.has(part))
      throw wrongColumns(
        found.has(part) ? `${quoted(part)} stands twice` : `${quoted(pair)} is no part=COLUMN`,
      )
    found.set(part, column)
  }
  const [question, answer] = [found.get('question'), found.get('answer')]
  if (question === undefined || answer === undefined)
    throw wrongColumns('a question and an answer are needed')
  return { question, answer, subject: found.get('subject') ?? null, level: found.get('level') ?? null }
}

function wrongColumns(what: string): RecheckError {
  return new RecheckError(
    'usage.invalid',
    `--columns: ${what}. Expected question=COLUMN,answer=COLUMN, and if wanted subject=COLUMN,level=COLUMN.`,
  )
}

/** A column that was mistyped is told as that, not as a file of bad rows. */
function requireColumns(asked: DataColumns, { columns }: DataLook, file: string): void {
  const missing = parts
    .map((part) => asked[part])
    .find((column) => column !== null && !columns.includes(column))
  if (missing === undefined || missing === null || columns.length === 0) return
  throw new RecheckError(
    'data.columns',
    `${file} has no column ${quoted(missing)}; it has ${listed(columns, 12)}. Name them with --columns question=COLUMN,answer=COLUMN.`,
  )
}

function unusable(file: string, { problem, notes }: DataLook): RecheckError {
  const why = [problem ?? 'No column was chosen.', ...notes].join(' ')
  return new RecheckError(
    'data.columns',
    `${file}: ${why} Name them with --columns question=COLUMN,answer=COLUMN.`,
  )
}

const cellChars = 48

function previewText({ format, problems, notes }: DataLook, fields: DataColumns): string {
  const used = parts.filter((part) => fields[part] !== null)
  const cell = (text: string | null): string => shortened((text ?? '').replaceAll(/\s+/g, ' '), cellChars)
  const rows = problems.map((problem) => used.map((part) => cell(problem[part])))
  const named = used.map((part) => `${part} = ${quoted(fields[part] ?? '')}`).join(', ')
  return [`${format}; ${named}`, formatTable([...used], rows), ...notes].join('\n')
}

function configLine(path: string, { question, answer, subject, level }: DataColumns): string {
  const named = {
    question,
    answer,
    ...(subject === null ? {} : { subject }),
    ...(level === null ? {} : { level }),
  }
  return `data.source: ${JSON.stringify({ path, fields: named })}`
}
