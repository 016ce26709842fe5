import type { Command } from 'commander'
import { z } from 'zod'
import { formatBytes } from '../../../shared/text/format.ts'
import type { LibraryData } from '../../host/hub/dataLibrary.ts'
import { addCommand, type CommandContext } from '../command.ts'

const Data = z.strictObject({
  name: z.string().describe('as a config names it'),
  folder: z.string(),
  bytes: z.int(),
  licence: z.string().nullable().describe('as its card names it'),
  source: z.string().nullable().describe('null: somebody has put the folder there'),
  revision: z.string().nullable().describe('commit of the hub'),
})
type Data = z.infer<typeof Data>

const PullOutput = z.strictObject({
  data: Data,
  isNew: z.boolean().describe('false: it was there already'),
})
const ListOutput = z.strictObject({
  data: z.array(Data),
  begun: z
    .array(z.strictObject({ name: z.string(), commit: z.string(), bytes: z.int() }))
    .describe('downloads that are not whole, by repository; pulling again goes on from there'),
})
const RemoveOutput = z.strictObject({ name: z.string(), bytes: z.int().nullable(), begun: z.int() })

const PullInput = z.object({ name: z.string(), subset: z.string().optional() })
const NameInput = z.object({ name: z.string() })

/** `recheck data pull`, `list`, `remove`. */
export function registerDataCommands(data: Command, context: CommandContext): void {
  registerPull(data, context)
  registerList(data, context)
  registerRemove(data, context)
}

function registerPull(data: Command, context: CommandContext): void {
  addCommand(data, context, {
    name: 'pull',
    summary: 'fetch a data set of the Hugging Face hub: its problem files',
    examples: [
      'recheck data pull gsm8k',
      'recheck data pull math',
      'recheck data pull HuggingFaceH4/MATH-500',
      'recheck data pull openai/gsm8k --subset socratic',
    ],
    input: PullInput,
    output: PullOutput,
    async run({ name, subset }, call) {
      const { fetchData } = await import('./fetching.ts')
      const { findData, readData } = await import('../../host/hub/dataLibrary.ts')
      const isNew = findData(name) === null
      const fetched = isNew ? await fetchData({ name, subset: subset ?? null }, call) : await readData(name)
      const found = outputOf(fetched)
      const use =
        name === 'math' || name === 'gsm8k'
          ? `data.source: ${name}`
          : `data.source: { path: ${name}, fields: { question: …, answer: … } }`
      const text = isNew
        ? `${dataLine(found)}\n  ${found.folder}\nUse it in a config: ${use}. "recheck data check ${name}" reads every row of it.`
        : `${dataLine(found)}\n  ${found.folder}\nIt is there already; "recheck data remove ${name}" makes room for it anew.`
      return { output: { data: found, isNew }, text }
    },
  })
    .argument('<name>', 'math, gsm8k, owner/name or owner/name@revision')
    .option('--subset <name>', 'of a data set with several: one of them, a folder of it, or all')
}

function registerList(data: Command, context: CommandContext): void {
  addCommand(data, context, {
    name: 'list',
    summary: 'the data sets that a config may name, and downloads that are not whole',
    examples: ['recheck data list', 'recheck data list --json'],
    input: z.object({}),
    output: ListOutput,
    async run() {
      const { listData } = await import('../../host/hub/dataLibrary.ts')
      const { begunDownloads } = await import('../../host/hub/partFolder.ts')
      const { datasetsFolder } = await import('../../host/datasets/datasetsFolder.ts')
      const folder = datasetsFolder()
      const found = (await listData(folder)).map(outputOf)
      const begun = (await begunDownloads(folder)).map(({ name, commit, bytes }) => ({ name, commit, bytes }))
      const lines = [
        ...found.map(dataLine),
        ...begun.map(({ name, bytes }) => `${name}  not whole: ${formatBytes(bytes)} are there`),
      ]
      const none = `no data set in ${folder}; "recheck data pull gsm8k" fetches one, arithmetic needs none`
      return { output: { data: found, begun }, text: lines.length === 0 ? none : lines.join('\n') }
    },
  })
}

function registerRemove(data: Command, context: CommandContext): void {
  addCommand(data, context, {
    name: 'remove',
    summary: 'take a data set off the disk, and what is left of its downloads',
    examples: ['recheck data remove openai/gsm8k'],
    input: NameInput,
    output: RemoveOutput,
    async run({ name }) {
      const { findData, readData, removeData } = await import('../../host/hub/dataLibrary.ts')
      const { removeParts } = await import('../../host/hub/partFolder.ts')
      const { repositoriesOf } = await import('../../host/hub/dataFiles.ts')
      const { datasetsFolder } = await import('../../host/datasets/datasetsFolder.ts')
      const datasets = datasetsFolder()
      let begun = 0
      for (const repo of repositoriesOf(name)) begun += await removeParts(datasets, repo)
      const isThere = findData(name) !== null
      // where downloads alone were left, that is what was meant
      const bytes = isThere || begun === 0 ? (await readData(name)).bytes : null
      if (isThere) await removeData(name)
      const freed = bytes === null ? '' : `, ${formatBytes(bytes)} freed`
      return { output: { name, bytes, begun }, text: `${name} is removed${freed}` }
    },
  }).argument('<name>', 'as "recheck data list" names it')
}

function outputOf({ name, folder, bytes, source }: LibraryData): Data {
  return {
    name,
    folder,
    bytes,
    licence: source?.licence ?? null,
    source: source?.source ?? null,
    revision: source?.revision ?? null,
  }
}

function dataLine({ name, bytes, licence, source }: Data): string {
  if (source === null) return `${name}  ${formatBytes(bytes)}  put there by hand`
  return `${name}  ${formatBytes(bytes)}  licence ${licence ?? 'not stated'}  from ${source}`
}
