import type { Command } from 'commander'
import { z } from 'zod'
import { formatBytes, formatCount } from '../../../shared/text/format.ts'
import type { LibraryModel } from '../../host/model/modelLibrary.ts'
import { addCommand, type CommandContext } from '../command.ts'

const Model = z.strictObject({
  name: z.string().describe('as a config names it'),
  folder: z.string(),
  bytes: z.int().nullable().describe('null: somebody has put the folder there'),
  licence: z.string().nullable().describe('as its source names it'),
  source: z.string().nullable(),
  revision: z.string().nullable().describe('commit of the hub, or version'),
})
type Model = z.infer<typeof Model>

const PullOutput = z.strictObject({
  model: Model,
  isNew: z.boolean().describe('false: it was there already'),
})

const ListOutput = z.strictObject({
  models: z.array(Model),
  begun: z
    .array(z.strictObject({ name: z.string(), commit: z.string(), bytes: z.int() }))
    .describe('downloads that are not whole; pulling the model again goes on from there'),
})

const InfoOutput = z.strictObject({
  model: Model,
  architecture: z.string(),
  parameters: z.int(),
  layers: z.int(),
  width: z.int(),
  vocabulary: z.int(),
  maxPositions: z.int(),
  notices: z.array(z.string()).describe('what of the folder is not read, or not as it is written'),
})

const RemoveOutput = z.strictObject({ name: z.string(), bytes: z.int().nullable(), begun: z.int() })

const NameInput = z.object({ name: z.string() })
const nameArgument = ['<name>', 'as "recheck models list" names it'] as const

/** `recheck models pull`, `list`, `info`, `remove`. */
export function registerModelCommands(models: Command, context: CommandContext): void {
  registerPull(models, context)
  registerList(models, context)
  registerInfo(models, context)
  registerRemove(models, context)
}

function registerPull(models: Command, context: CommandContext): void {
  addCommand(models, context, {
    name: 'pull',
    summary: 'fetch a model of the Hugging Face hub: config, tokenizer and safetensors',
    examples: [
      'recheck models pull smollm2-135m-instruct',
      'recheck models pull Qwen/Qwen2.5-0.5B-Instruct',
      'recheck models pull Qwen/Qwen3-0.6B@main --json',
    ],
    input: NameInput,
    output: PullOutput,
    async run({ name }, call) {
      const { fetchModel } = await import('./fetching.ts')
      const { findModel, readModel } = await import('../../host/model/modelLibrary.ts')
      const isNew = findModel(name) === null
      const model = outputOf(isNew ? await fetchModel(name, call) : await readModel(name))
      const text = isNew
        ? `${modelLine(model)}\n  ${model.folder}\nUse it by its name: model.path: ${name} in a config.`
        : `${modelLine(model)}\n  ${model.folder}\nIt is there already; "recheck models remove ${name}" makes room for another revision.`
      return { output: { model, isNew }, text }
    },
  }).argument('<name>', 'owner/name, owner/name@revision, or smollm2-135m-instruct')
}

function registerList(models: Command, context: CommandContext): void {
  addCommand(models, context, {
    name: 'list',
    summary: 'the models that a config may name by their names, and downloads that are not whole',
    examples: ['recheck models list', 'recheck models list --json'],
    input: z.object({}),
    output: ListOutput,
    async run() {
      const { listModels, modelsFolder } = await import('../../host/model/modelLibrary.ts')
      const { begunDownloads } = await import('../../host/hub/partFolder.ts')
      const folder = modelsFolder()
      const found = (await listModels(folder)).map(outputOf)
      const begun = (await begunDownloads(folder)).map(({ name, commit, bytes }) => ({ name, commit, bytes }))
      const lines = [
        ...found.map(modelLine),
        ...begun.map(
          ({ name, bytes }) =>
            `${name}  not whole: ${formatBytes(bytes)} are there; "recheck models pull ${name}" goes on`,
        ),
      ]
      const none = `no model in ${folder}; "recheck models pull smollm2-135m-instruct" fetches a small one`
      return { output: { models: found, begun }, text: lines.length === 0 ? none : lines.join('\n') }
    },
  })
}

function registerInfo(models: Command, context: CommandContext): void {
  addCommand(models, context, {
    name: 'info',
    summary: 'what a model is: source, licence, architecture, size',
    examples: ['recheck models info smollm2-135m-instruct'],
    input: NameInput,
    output: InfoOutput,
    async run({ name }) {
      const { readModel } = await import('../../host/model/modelLibrary.ts')
      const { openModelFolder } = await import('../../host/model/modelFolder.ts')
      const { countParameters } = await import('../../../core/model/parameterTable.ts')
      const model = await readModel(name)
      const { config, notices } = await openModelFolder(model.folder)
      const output = {
        model: outputOf(model),
        architecture: config.family,
        parameters: countParameters(config),
        layers: config.layers,
        width: config.width,
        vocabulary: config.vocabularySize,
        maxPositions: config.maxPositions,
        notices: [...notices],
      }
      return { output, text: infoText(output) }
    },
  }).argument(...nameArgument)
}

function registerRemove(models: Command, context: CommandContext): void {
  addCommand(models, context, {
    name: 'remove',
    summary: 'take a model off the disk, and what is left of its downloads',
    examples: ['recheck models remove Qwen/Qwen2.5-0.5B-Instruct'],
    input: NameInput,
    output: RemoveOutput,
    async run({ name }) {
      const { findModel, modelsFolder, readModel, removeModel } =
        await import('../../host/model/modelLibrary.ts')
      const { removeParts } = await import('../../host/hub/partFolder.ts')
      const models = modelsFolder()
      const begun = await removeParts(models, name.replace(/@.*/, ''))
      const isThere = findModel(name) !== null
      // where downloads alone were left, that is what was meant
      const bytes = isThere || begun === 0 ? ((await readModel(name)).source?.bytes ?? null) : null
      if (isThere) await removeModel(name)
      const freed = bytes === null ? '' : `, ${formatBytes(bytes)} freed`
      return { output: { name, bytes, begun }, text: `${name} is removed${freed}` }
    },
  }).argument(...nameArgument)
}

function outputOf({ name, folder, source }: LibraryModel): Model {
  return {
    name,
    folder,
    bytes: source?.bytes ?? null,
    licence: source?.licence ?? null,
    source: source?.source ?? null,
    revision: source?.revision ?? null,
  }
}

function modelLine({ name, bytes, licence, source, revision }: Model): string {
  if (source === null) return `${name}  put there by hand`
  const commit = revision === null ? '' : ` at ${revision.slice(0, 12)}`
  return `${name}  ${formatBytes(bytes)}  licence ${licence ?? 'not stated'}  from ${source}${commit}`
}

function infoText({ model, notices, ...facts }: z.infer<typeof InfoOutput>): string {
  return [
    modelLine(model),
    `  ${model.folder}`,
    `  ${facts.architecture}, ${formatCount(facts.parameters)} parameters: ${facts.layers} layers of width ${facts.width}, ` +
      `${formatCount(facts.vocabulary)} tokens in the vocabulary, ${formatCount(facts.maxPositions)} positions`,
    ...notices.map((notice) => `  ${notice}`),
  ].join('\n')
}
