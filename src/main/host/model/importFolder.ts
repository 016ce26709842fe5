import { createReadStream, createWriteStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { countParameters } from '../../../core/model/parameterTable.ts'
import type { ReportProgress } from '../provision/fetch.ts'
import type { ImportedModel } from './gguf/importGguf.ts'
import { loadTokenizer } from './hubTokenizer.ts'
import { companionFiles, openModelFolder, type ModelFolder } from './modelFolder.ts'
import { addModel, assertNewModel, modelsFolder, readSource, requireRoom } from './modelLibrary.ts'
import { weightProgress } from './weightProgress.ts'

export interface FolderImport {
  /** A Hugging Face folder. */
  readonly folder: string
  /** Of the new model in the library. */
  readonly name: string
  readonly report: ReportProgress
  readonly signal?: AbortSignal
  readonly models?: string
}

/** Files that belong to a model beside its weights. */
const otherFiles = [
  'config.json',
  'generation_config.json',
  ...companionFiles,
  'model.safetensors.index.json',
  'LICENSE',
  'LICENSE.txt',
  'LICENSE.md',
  'NOTICE',
]

/**
 * Copies a model folder into the library: what a run reads of it, and its licence; nothing else. It is opened
 * as a run would open it before a byte is written.
 *
 * @throws RecheckError `model.*`, `checkpoint.*`, `config.*`, `tokenizer.*`, `file.*`; nothing is left behind
 */
export async function importModelFolder(given: FolderImport): Promise<ImportedModel> {
  const { folder, name, report, signal, models = modelsFolder() } = given
  assertNewModel(name, models)
  const opened = await openModelFolder(folder)
  await loadTokenizer(folder)
  const files = await filesOf(opened)
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  requireRoom(total + (8 << 20), `the model ${name}`, models)
  const source = await readSource(folder)
  const onWritten = weightProgress(total, report, signal)
  const fill = async (made: string) => {
    for (const { path } of files) {
      const input = createReadStream(path, signal === undefined ? {} : { signal })
      input.on('data', (chunk) => onWritten(chunk.length))
      await pipeline(input, createWriteStream(join(made, basename(path)), { flags: 'wx' }))
    }
    await openModelFolder(made)
    return {
      source: source?.source ?? basename(folder),
      revision: source?.revision ?? null,
      licence: source?.licence ?? null,
      sha256: null,
      importedAt: new Date().toISOString(),
    }
  }
  const model = await addModel(name, fill, models)
  return { model, parameters: countParameters(opened.config), notices: opened.notices }
}

async function filesOf({
  folder,
  entries,
}: ModelFolder): Promise<readonly { readonly path: string; readonly bytes: number }[]> {
  const present = new Set(await readdir(folder))
  const weights = [...entries.values()].map(({ path }) => path)
  const others = otherFiles.filter((file) => present.has(file)).map((file) => join(folder, file))
  const paths = [...new Set([...others, ...weights])]
  return Promise.all(paths.map(async (path) => ({ path, bytes: (await stat(path)).size })))
}
