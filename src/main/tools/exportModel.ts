import { copyFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { AdapterValues } from '../../core/model/mergeAdapter.ts'
import { countParameters, sizeOf } from '../../core/model/parameterTable.ts'
import type { ParameterValues } from '../../core/model/parameterValues.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { Evaluation } from '../../shared/runs/records.ts'
import type { Progress } from '../../shared/runs/runEvent.ts'
import { fileError } from '../disk/fileError.ts'
import { makeFolders } from '../disk/makeFolders.ts'
import { assertNewOutput } from '../disk/outputPath.ts'
import { makeWritableFolder, unfinishedPrefix } from '../host/machine/atomicFiles.ts'
import { readSource } from '../host/model/modelLibrary.ts'
import { ggufWeightBytes, writeGguf } from '../host/model/gguf/writeGguf.ts'
import { writeModelFolder } from '../host/model/modelFolder.ts'
import { writePeftAdapter } from '../host/model/peft/peftAdapter.ts'
import { weightProgress } from '../host/model/weightProgress.ts'
import { builtinModelFolder, builtinModelLicence } from '../run/namedModelFolder.ts'
import type { NamedCheckpoints } from '../store/runs/namedCheckpoint.ts'
import { modelCard } from './modelCard.ts'
import { openTrainedModel, type TrainedModel } from './trainedModel.ts'

export type ExportForm = 'model' | 'adapter' | 'gguf'

export interface ModelExport {
  readonly dataDir: string
  readonly named: NamedCheckpoints
  readonly evaluations: readonly Evaluation[]
  /** Absolute; put in place only when everything is written. A name in .gguf: the file alone, no card. */
  readonly folder: string
  /**
   * `model`: a Hugging Face folder · `adapter`: only what was trained, in PEFT's format, where the run trains
   * an adapter · `gguf`: one file for llama.cpp, as F16.
   */
  readonly form: ExportForm
  /** Of the weights; a GGUF file is F16 whatever stands here. */
  readonly dtype: 'f32' | 'bf16'
  readonly workingFolder: string
  /** Of Recheck. */
  readonly version: string
  readonly nowMs: number
  readonly report: (progress: Progress) => void
  readonly signal?: AbortSignal
}

export interface ExportedModel {
  readonly step: number
  readonly parameters: number
  readonly licence: string | null
  /** Newer checkpoints that could not be used, in words. */
  readonly damaged: readonly string[]
}

/** Of a GGUF file in an exported folder. */
const ggufFile = 'model.gguf'
const isGgufFile = (path: string): boolean => /\.gguf$/i.test(path)

/**
 * @throws RecheckError `export.exists`, `export.inside-data`, `file.*`, `usage.invalid`: before anything is
 *   read
 */
export function assertMayExportModel(folder: string, form: ExportForm, dataDir: string): void {
  if (isGgufFile(folder) && form !== 'gguf')
    throw new RecheckError(
      'usage.invalid',
      `${folder} is the name of a GGUF file, and a folder is asked for. Add --gguf, or choose another name.`,
    )
  const kind = isGgufFile(folder) ? 'file' : 'folder'
  assertNewOutput(folder, { kind, command: 'export-model', dataDir })
}

/** Where an export is written before it takes its name. */
export function unfinishedExport(folder: string, runId: string): string {
  return join(dirname(folder), `${unfinishedPrefix}${basename(folder)}-${runId}`)
}

/**
 * Writes the model of a run's checkpoint: config, generation config, tokenizer and chat template of the model
 * that the run began with, the checkpoint's weights, and a model card.
 *
 * @throws RecheckError `export.exists`, `export.inside-data`, `checkpoint.*`, `model.missing`, `file.*`,
 *   `usage.invalid`, `gguf.unsupported`; nothing is left behind
 */
export async function exportModel(given: ModelExport): Promise<ExportedModel> {
  const { folder, dataDir, named, form } = given
  assertMayExportModel(folder, form, dataDir)
  const trained = await openTrainedModel(named, dataDir, given.workingFolder)
  const base = await baseOf(trained)
  const adapter = form === 'adapter' ? adapterOf(trained) : null
  const unfinished = unfinishedExport(folder, named.run.runId)
  try {
    await rm(unfinished, { recursive: true, force: true })
    makeFolders(dirname(folder))
    await makeWritableFolder(unfinished, 0o777) // for whom the user lets see it: it may lie anywhere
    await writeWeights(unfinished, { trained, base, adapter, given })
    if (isGgufFile(folder)) await takeFile(unfinished, folder, given)
    else {
      await copyLicence(trained.baseFolder, unfinished)
      await writeFile(join(unfinished, 'README.md'), cardOf(trained, base, given))
      await rename(unfinished, folder)
    }
  } catch (thrown) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined) // the first error says more
    const code = (thrown as NodeJS.ErrnoException).code
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw fileError(thrown, folder)
    throw new RecheckError(
      'export.exists',
      `${folder} is there already and not empty; choose another folder, nothing is overwritten.`,
    )
  }
  const { record, damaged } = trained
  return {
    step: record.step,
    parameters: adapter === null ? countParameters(trained.folder.config) : countValues(adapter.values),
    licence: base.licence,
    damaged,
  }
}

async function writeWeights(
  unfinished: string,
  {
    trained,
    base,
    adapter,
    given,
  }: {
    readonly trained: TrainedModel
    readonly base: BaseModel
    readonly adapter: AdapterValues | null
    readonly given: ModelExport
  },
): Promise<void> {
  const { folder, parameters } = trained
  const { config } = folder
  if (adapter !== null) return writePeftAdapter(unfinished, { config, adapter, baseModel: base.name })
  if (given.form !== 'gguf') return writeModelFolder(unfinished, savedModel(trained, given))
  return writeGguf(join(unfinished, ggufFile), {
    name: given.named.run.name,
    licence: base.licence,
    config,
    parameters,
    folder: folder.folder,
    onWritten: weightProgress(ggufWeightBytes(config), given.report, given.signal),
  })
}

/** The file alone; looked at once more, since a rename would replace what has come meanwhile. */
async function takeFile(unfinished: string, path: string, { form, dataDir }: ModelExport): Promise<void> {
  assertMayExportModel(path, form, dataDir)
  await rename(join(unfinished, ggufFile), path)
  await rm(unfinished, { recursive: true })
}

/** @throws RecheckError `usage.invalid` where there is none, or its base is a folder within the run */
function adapterOf({ adapter, config, record }: TrainedModel): AdapterValues {
  if (adapter === null) {
    throw new RecheckError(
      'usage.invalid',
      `run ${record.runId} trains every parameter (model.lora is null): there is no adapter. Leave --adapter out.`,
    )
  }
  if (config.warmUp === null) return adapter
  throw new RecheckError(
    'usage.invalid',
    `run ${record.runId} put its adapter on the model that its warm-up made, which nobody else has. Leave --adapter out: the folder ` +
      'then holds the whole model.',
  )
}

function countValues(values: ParameterValues): number {
  return [...values.values()].reduce((total, { shape }) => total + sizeOf(shape), 0)
}

function savedModel(
  { folder, parameters }: TrainedModel,
  { dtype, report, signal }: ModelExport,
): Parameters<typeof writeModelFolder>[1] {
  const { bosId, endIds, padId } = folder.config
  const made = {
    ...(bosId === null ? {} : { bos_token_id: bosId }),
    ...(endIds.length === 0 ? {} : { eos_token_id: [...endIds] }),
    ...(padId === null ? {} : { pad_token_id: padId }),
  }
  const total = countParameters(folder.config) * (dtype === 'f32' ? 4 : 2)
  return {
    configJson: folder.configJson,
    generationJson: folder.generationJson ?? made,
    parameters,
    tokenizerFolder: folder.folder,
    format: dtype === 'f32' ? 'F32' : 'BF16',
    onWritten: weightProgress(total, report, signal),
  }
}

interface BaseModel {
  readonly name: string
  readonly licence: string | null
}

/** What the run began with, by a name that says nothing of this machine. */
async function baseOf({ baseFolder, config }: TrainedModel): Promise<BaseModel> {
  if (baseFolder === builtinModelFolder)
    return { name: 'the built-in model of Recheck', licence: builtinModelLicence }
  const source = await readSource(baseFolder)
  const isPath = /[\\/].*[\\/]|^[.~\\/]/.test(config.model.path)
  return {
    name: isPath ? basename(config.model.path) : config.model.path,
    licence: source?.licence ?? null,
  }
}

/** The licence of the base goes with what is made of it. */
async function copyLicence(from: string, to: string): Promise<void> {
  for (const name of ['LICENSE', 'LICENSE.txt', 'LICENSE.md', 'NOTICE']) {
    const isThere = await stat(join(from, name)).then(
      () => true,
      () => false,
    )
    if (isThere) await copyFile(join(from, name), join(to, name))
  }
}

function cardOf(trained: TrainedModel, base: BaseModel, given: ModelExport): string {
  return modelCard({
    run: given.named.run,
    config: trained.config,
    step: trained.record.step,
    base: base.name,
    licence: base.licence,
    evaluations: given.evaluations,
    parameters: countParameters(trained.folder.config),
    dtype: given.form === 'gguf' ? 'f16' : given.dtype,
    ...(given.form === 'gguf' ? { ggufFile } : {}),
    version: given.version,
    date: new Date(given.nowMs).toISOString().slice(0, 10),
  })
}
