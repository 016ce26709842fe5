import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { mergedParameters } from '../../../../core/model/mergeAdapter.ts'
import { countParameters } from '../../../../core/model/parameterTable.ts'
import type { ReportProgress } from '../../provision/fetch.ts'
import { openModelFolder, writeModelFolder } from '../modelFolder.ts'
import {
  addModel,
  assertNewModel,
  modelsFolder,
  readSource,
  requireRoom,
  type LibraryModel,
} from '../modelLibrary.ts'
import { viewParameters } from '../parameterView.ts'
import { weightProgress } from '../weightProgress.ts'
import { adapterWeightsFile, readPeftAdapter } from './peftAdapter.ts'

export interface AdapterImport {
  /** Of the adapter, as PEFT writes it. */
  readonly folder: string
  /** Folder of the model that it was made for. */
  readonly base: string
  /** Of the new model in the library. */
  readonly name: string
  readonly report: ReportProgress
  readonly signal?: AbortSignal
  readonly models?: string
}

/**
 * Merges an adapter into its model (W + scale · B · A, one matrix at a time, 32-bit floats) and puts the
 * result into the library, with the model's config, tokenizer and chat template.
 *
 * @throws RecheckError `adapter.*`, `model.*`, `checkpoint.*`, `config.*`, `file.*`; nothing is left behind
 */
export async function importAdapter(
  given: AdapterImport,
): Promise<{ readonly model: LibraryModel; readonly parameters: number }> {
  const { folder, base, name, models = modelsFolder() } = given
  assertNewModel(name, models)
  const model = await openModelFolder(base)
  const adapter = await readPeftAdapter(folder, model.config)
  const parameters = countParameters(model.config)
  requireRoom(4 * parameters + (64 << 20), `the model ${name}`, models)
  const weights = await readFile(join(folder, adapterWeightsFile))
  const source = await readSource(base)
  const added = await addModel(
    name,
    async (made) => {
      await writeModelFolder(made, {
        configJson: model.configJson,
        generationJson: model.generationJson,
        parameters: mergedParameters(model.config, viewParameters(model), adapter),
        tokenizerFolder: model.folder,
        onWritten: weightProgress(4 * parameters, given.report, given.signal),
      })
      return {
        source: `${basename(folder)} on ${source?.source ?? basename(base)}`,
        revision: null,
        licence: source?.licence ?? null,
        sha256: createHash('sha256').update(weights).digest('hex'),
        importedAt: new Date().toISOString(),
      }
    },
    models,
  )
  return { model: added, parameters }
}
