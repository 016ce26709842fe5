import { existsSync, statfsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { formatBytes } from '../../../shared/text/format.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import { nearestThere } from '../../disk/diskState.ts'
import type { EnvironmentVariables } from '../machine/paths.ts'
import { dataFolder } from '../machine/paths.ts'
import { addEntry, removeEntry, sourceFile } from './libraryEntry.ts'

/** Beside the files of a model in the library: where they come from. */
const ModelSource = z.object({
  /** What it was made from: a hub id, a wheel, the name of a file. */
  source: z.string(),
  /** The commit or version that was fetched; null where a source has none. */
  revision: z.string().nullable(),
  /** As its source names it, for example an SPDX id; null where it names none. */
  licence: z.string().nullable(),
  /** Of all files of the model together. */
  bytes: z.int().min(0),
  /** Of the file that it was made from; null where it was made from several. */
  sha256: z.string().nullable(),
  /** ISO 8601, UTC. */
  importedAt: z.string(),
})
export type ModelSource = z.infer<typeof ModelSource>

/** A model that a config may name by `name`. */
export interface LibraryModel {
  readonly name: string
  /** Absolute. */
  readonly folder: string
  /** Null: somebody has put the folder there. */
  readonly source: ModelSource | null
}

/** Where models lie that are named by their names: `RECHECK_MODELS`, else `models` in the data folder. */
export function modelsFolder(environment: EnvironmentVariables = process.env): string {
  const folder = environment['RECHECK_MODELS']
  return folder ? resolve(folder) : join(dataFolder(undefined, environment), 'models')
}

const part = '[A-Za-z0-9](?:[\\w.-]{0,94}[\\w])?'
const namePattern = new RegExp(`^${part}(?:/${part})?(?:@${part})?$`)

/** Whether a text can be the name of a model: `name`, `owner/name`, each with `@revision` or without. */
export function isModelName(text: string): boolean {
  return namePattern.test(text) && !/--|\.\.|^builtin$/.test(text)
}

/**
 * The folder of a model of this name, whether it is there or not: `owner--name` for `owner/name`.
 *
 * @throws RecheckError `model.name`
 */
export function libraryFolder(name: string, models = modelsFolder()): string {
  if (isModelName(name)) return join(models, name.replace('/', '--'))
  throw new RecheckError(
    'model.name',
    `${quoted(name)} cannot be the name of a model: expected "name" or "owner/name" of letters, digits, ".", "_" and "-" ` +
      '(no "--" or ".."), which may end with "@revision"; "builtin" is the model that comes with Recheck.',
  )
}

/** The folder of the model of this name; null where the library has none. */
export function findModel(name: string, models = modelsFolder()): string | null {
  if (!isModelName(name)) return null
  const folder = libraryFolder(name, models)
  return existsSync(join(folder, 'config.json')) ? folder : null
}

/** Every model of the library, by name. */
export async function listModels(models = modelsFolder()): Promise<readonly LibraryModel[]> {
  const entries = await readdir(models).catch(() => [])
  const found: LibraryModel[] = []
  for (const entry of entries.sort()) {
    const name = entry.replace('--', '/')
    if (findModel(name, models) === null) continue
    found.push(await readModel(name, models))
  }
  return found
}

/** @throws RecheckError `model.name`, `model.unknown` */
export async function readModel(name: string, models = modelsFolder()): Promise<LibraryModel> {
  const folder = libraryFolder(name, models)
  if (findModel(name, models) === null) throw unknownModel(name, models)
  return { name, folder, source: await readSource(folder) }
}

/** Where the model of a folder comes from; null where nothing says so. */
export async function readSource(folder: string): Promise<ModelSource | null> {
  const text = await readFile(join(folder, sourceFile), 'utf8').catch(() => null)
  return text === null ? null : parsedSource(text)
}

/** A file that somebody has changed says nothing of where the model comes from. */
function parsedSource(text: string): ModelSource | null {
  try {
    return ModelSource.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/**
 * Refuses a name that is taken, before anything is fetched for it.
 *
 * @throws RecheckError `model.name`, `model.exists`
 */
export function assertNewModel(name: string, models = modelsFolder()): void {
  const folder = libraryFolder(name, models)
  if (!existsSync(folder)) return
  throw new RecheckError(
    'model.exists',
    `the model ${name} is there already: ${folder}. Remove it first (recheck models remove ${name}), or give the new one another name.`,
  )
}

/** What is known of a model only when its files are there. */
export type FilledModel = Omit<ModelSource, 'bytes'>

/**
 * Puts a model into the library whole or not at all.
 *
 * @param fill  writes the files of the model into the folder that it is given
 * @throws RecheckError `model.name`, `model.exists`, `file.*` of the disk, and whatever `fill` throws
 */
export async function addModel(
  name: string,
  fill: (folder: string) => Promise<FilledModel>,
  models = modelsFolder(),
): Promise<LibraryModel> {
  assertNewModel(name, models)
  const folder = libraryFolder(name, models)
  await addEntry(folder, fill)
  return readModel(name, models)
}

/**
 * Takes a model out of the library: out of sight first, then off the disk.
 *
 * @throws RecheckError `model.name`, `model.unknown`, `file.*` of the disk
 */
export async function removeModel(name: string, models = modelsFolder()): Promise<void> {
  const folder = libraryFolder(name, models)
  if (!existsSync(folder)) throw unknownModel(name, models)
  await removeEntry(folder, models)
}

/**
 * @param bytes  that are to be written
 * @param what   what needs them, for the message
 * @throws RecheckError `file.disk-full` where the disk of the library has less room
 */
export function requireRoom(bytes: number, what: string, models = modelsFolder()): void {
  const { bavail, bsize } = statfsSync(nearestThere(models))
  if (bavail * bsize >= bytes) return
  throw new RecheckError(
    'file.disk-full',
    `${models} has ${formatBytes(bavail * bsize)} free, ${what} needs ${formatBytes(bytes)}. ` +
      'Free some space or set RECHECK_MODELS to a folder on another disk.',
  )
}

function unknownModel(name: string, models: string): RecheckError {
  return new RecheckError(
    'model.unknown',
    `there is no model ${quoted(name)} in ${models}. See "recheck models list".`,
  )
}
