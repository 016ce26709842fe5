import { join } from 'node:path'
import { stat } from 'node:fs/promises'
import type { JsonObject } from '../../../core/model/config/configFields.ts'
import { describe, isJsonObject } from '../../../core/model/config/configFields.ts'
import type { TensorEntry } from '../../../core/model/safetensors.ts'
import { sizeOf } from '../../../core/model/parameterTable.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import { explainFolder } from './explainFolder.ts'
import { readJsonFile } from '../machine/jsonFiles.ts'
import { readSafetensorsHeader } from './safetensorsFiles.ts'

/** A tensor and the file it stands in. */
export interface WeightEntry extends TensorEntry {
  readonly path: string
}

export interface WeightFiles {
  /** By the name in the file. */
  readonly entries: ReadonlyMap<string, WeightEntry>
  /** What of the folder was left aside, in sentences. */
  readonly notices: readonly string[]
}

export const singleFile = 'model.safetensors'
export const indexFile = 'model.safetensors.index.json'

/**
 * Headers of the weight files: `model.safetensors` where there is one, else the shards that the index names,
 * as in transformers. No weight is read.
 *
 * @throws RecheckError `checkpoint.no-weights`, `checkpoint.index`, `checkpoint.outside-folder`,
 *   `checkpoint.missing-tensor`, `checkpoint.corrupt`
 */
export async function readWeightFiles(folder: string): Promise<WeightFiles> {
  if (await isFile(join(folder, singleFile))) {
    const entries = await readFileEntries(folder, singleFile)
    const isIndexed = await isFile(join(folder, indexFile))
    return { entries, notices: isIndexed ? [unusedIndex(folder)] : [] }
  }
  const index = await readJsonFile(join(folder, indexFile))
  if (index === null) throw noWeights(folder)
  return { entries: await readShards(folder, index), notices: [] }
}

async function readShards(folder: string, index: JsonObject): Promise<ReadonlyMap<string, WeightEntry>> {
  const fileOf = readWeightMap(index, join(folder, indexFile))
  const entries = new Map<string, WeightEntry>()
  for (const file of new Set(fileOf.values())) {
    if (!(await isFile(join(folder, file)))) throw missingShard(folder, file)
    const found = await readFileEntries(folder, file)
    // the index decides which file a tensor is read from; one that it does not name counts like any other
    for (const [name, entry] of found) if ((fileOf.get(name) ?? file) === file) entries.set(name, entry)
  }
  for (const [name, file] of fileOf) if (!entries.has(name)) throw missingInShard(folder, name, file)
  return entries
}

async function readFileEntries(folder: string, file: string): Promise<Map<string, WeightEntry>> {
  const path = join(folder, file)
  const { entries } = await readSafetensorsHeader(path)
  return new Map([...entries].map(([name, entry]) => [name, { ...entry, path }]))
}

/**
 * Tensor name → file name of model.safetensors.index.json. Only plain names of files in the same folder are
 * accepted.
 */
function readWeightMap(index: JsonObject, path: string): ReadonlyMap<string, string> {
  const weightMap = index['weight_map']
  if (!isJsonObject(weightMap)) {
    throw new RecheckError('checkpoint.index', `${path}: "weight_map" is missing or not an object`)
  }
  const files = new Map<string, string>()
  for (const [name, file] of Object.entries(weightMap)) {
    if (typeof file !== 'string' || file === '' || /[/\\]|^\.\.?$/.test(file) || file.includes('\0')) {
      throw new RecheckError(
        'checkpoint.outside-folder',
        `${path}: tensor ${quoted(name)} is in ${describe(file)}; expected the name of a file in the same folder`,
      )
    }
    files.set(name, file)
  }
  if (files.size === 0) throw new RecheckError('checkpoint.index', `${path}: "weight_map" is empty`)
  return files
}

/** @returns whether there is a regular file, or a link to one */
async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  return found?.isFile() === true
}

function unusedIndex(folder: string): string {
  return (
    `${folder}: ${singleFile} holds the weights; ${indexFile} beside it is not read, as in transformers. ` +
    `If the shards are the right ones, remove ${singleFile}.`
  )
}

function noWeights(folder: string): RecheckError {
  return new RecheckError(
    'checkpoint.no-weights',
    `${folder} ${explainFolder(folder)} Weights must be ${singleFile}, or shards with ${indexFile}.`,
  )
}

function missingShard(folder: string, file: string): RecheckError {
  return new RecheckError(
    'checkpoint.no-weights',
    `${folder}: ${indexFile} names ${quoted(file)}, which is not there. Fetch or copy the file.`,
  )
}

function missingInShard(folder: string, name: string, file: string): RecheckError {
  return new RecheckError(
    'checkpoint.missing-tensor',
    `${folder}: ${indexFile} says that tensor ${quoted(name)} is in ${quoted(file)}, which does not hold it. Fetch the file again.`,
  )
}

/** Weights that are no numbers. */
export function notFinite(path: string, { name, shape }: TensorEntry, count: number): RecheckError {
  return new RecheckError(
    'checkpoint.not-finite',
    `${path}: ${count} of ${sizeOf(shape)} values of tensor ${quoted(name)} are NaN or infinite. The file is damaged, or the ` +
      'model diverged in training: fetch it again, or use an earlier checkpoint.',
  )
}
