import { copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises'
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
import { writeModelFolder } from '../host/model/modelFolder.ts'
import { writePeftAdapter } from '../host/model/peft/peftAdapter.ts'
import { weightProgress } from '../host/model/weightProgress.ts'
import { builtinModelFolder } from '../run/namedModelFolder.ts'
import type { NamedCheckpoints } from '../store/runs/namedCheckpoint.ts'
import { modelCard } from './modelCard.ts'
import { openTrainedModel, type TrainedModel } from './trainedModel.ts'

export interface ModelExport {
  readonly dataDir: string
  readonly named: NamedCheckpoints
  readonly evaluations: readonly Evaluation[]
  /** Absolute; made if missing, and put in place only when everything is written. */
  readonly folder: string
  readonly dtype: 'f32' | 'bf16'
  /** Only what was trained, in PEFT's format, where the run trains an adapter. */
  readonly adapterAlone?: boolean
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

/** @throws RecheckError `export.exists`, `export.inside-data`, `file.*`: before anything is read */
export function assertMayExportModel(folder: string, dataDir: string): void {
  assertNewOutput(folder, { kind: 'folder', command: 'export-model', dataDir })
}

/** Where an export is written before it takes its name. */
export function unfinishedExport(folder: string, runId: string): string {
  return join(dirname(folder), `${unfinishedPrefix}${basename(folder)}-${runId}`)
}

/**
 * Writes the model of a run's checkpoint as a Hugging Face folder: config, generation config, tokenizer and
 * chat template of the model that the run began with, the checkpoint's weights, and a model card.
 *
 * @throws RecheckError `export.exists`, `export.inside-data`, `checkpoint.*`, `model.missing`, `file.*`,
 *   `usage.invalid`; nothing is left behind
 */
export async function exportModel(given: ModelExport): Promise<ExportedModel> {
  const { folder, dataDir, named } = given
  assertMayExportModel(folder, dataDir)
  const trained = await openTrainedModel(named, dataDir, given.workingFolder)
  const base = await baseOf(trained)
  const adapter = given.adapterAlone === true ? adapterOf(trained) : null
  const unfinished = unfinishedExport(folder, named.run.runId)
  try {
    await rm(unfinished, { recursive: true, force: true })
    makeFolders(dirname(folder))
    await makeWritableFolder(unfinished, 0o777) // for whom the user lets see it: it may lie anywhere
    if (adapter === null) await writeModelFolder(unfinished, savedModel(trained, given))
    else {
      const { config } = trained.folder
      await writePeftAdapter(unfinished, { config, adapter, baseModel: base.name })
    }
    await copyLicence(trained.baseFolder, unfinished)
    await writeFile(join(unfinished, 'README.md'), cardOf(trained, base, given))
    await rename(unfinished, folder)
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
  if (baseFolder === builtinModelFolder) return { name: 'the built-in model of Recheck', licence: null }
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
    const isThere = await readFile(join(from, name)).then(
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
    dtype: given.dtype,
    version: given.version,
    date: new Date(given.nowMs).toISOString().slice(0, 10),
  })
}
