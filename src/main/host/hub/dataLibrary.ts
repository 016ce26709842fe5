import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import { datasetsFolder } from '../datasets/datasetsFolder.ts'
import { isModelName } from '../model/modelLibrary.ts'
import { addEntry, bytesIn, removeEntry, sourceFile } from '../model/libraryEntry.ts'

const column = z.string().min(1)

/** Beside the files of a data set: where they come from; the same fields as a model's. */
const DataSource = z.object({
  source: z.string(),
  revision: z.string().nullable(),
  licence: z.string().nullable(),
  bytes: z.int().min(0),
  importedAt: z.string(),
  /** Columns of the one file that somebody has imported. */
  fields: z
    .strictObject({ question: column, answer: column, subject: column.nullable(), level: column.nullable() })
    .optional(),
})
export type DataSource = z.infer<typeof DataSource>

/** A data set that a config may name. */
export interface LibraryData {
  readonly name: string
  /** Absolute. */
  readonly folder: string
  readonly bytes: number
  /** Null: somebody has put the folder there. */
  readonly source: DataSource | null
}

/** @throws RecheckError `data.name` */
export function dataFolderOf(name: string, datasets = datasetsFolder()): string {
  if (isModelName(name)) return join(datasets, name.replace('/', '--'))
  throw new RecheckError(
    'data.name',
    `${quoted(name)} cannot be the name of a data set: expected math, gsm8k, or "owner/name" of letters, digits, ".", "_" and "-", which may end with "@revision".`,
  )
}

/** The folder of the data set of this name; null where there is none. */
export function findData(name: string, datasets = datasetsFolder()): string | null {
  if (!isModelName(name)) return null
  const folder = dataFolderOf(name, datasets)
  return existsSync(folder) ? folder : null
}

/** Every data set of the folder of data sets, by name. */
export async function listData(datasets = datasetsFolder()): Promise<readonly LibraryData[]> {
  const entries = await readdir(datasets, { withFileTypes: true }).catch(() => [])
  const names = entries
    .filter((entry) => !entry.isFile())
    .map((entry) => entry.name.replace('--', '/'))
    .filter((name) => isModelName(name))
  return Promise.all(names.sort().map((name) => readData(name, datasets)))
}

/** @throws RecheckError `data.name`, `data.unknown` */
export async function readData(name: string, datasets = datasetsFolder()): Promise<LibraryData> {
  const folder = dataFolderOf(name, datasets)
  if (!existsSync(folder)) throw unknownData(name, datasets)
  const text = await readFile(join(folder, sourceFile), 'utf8').catch(() => '')
  return { name, folder, bytes: await bytesIn(folder), source: parsedSource(text) }
}

/** A file that somebody has changed says nothing of where the data comes from. */
function parsedSource(text: string): DataSource | null {
  try {
    return DataSource.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/**
 * Puts a data set into the folder of data sets whole or not at all.
 *
 * @param fill  writes its files into the folder that it is given
 * @throws RecheckError `data.exists`, `file.*` of the disk, and whatever `fill` throws
 */
export async function addData(
  name: string,
  fill: (folder: string) => Promise<Omit<DataSource, 'bytes'>>,
  datasets = datasetsFolder(),
): Promise<LibraryData> {
  const folder = dataFolderOf(name, datasets)
  assertNewData(name, datasets)
  await addEntry(folder, fill)
  return readData(name, datasets)
}

/** @throws RecheckError `data.exists` */
export function assertNewData(name: string, datasets = datasetsFolder()): void {
  const folder = dataFolderOf(name, datasets)
  if (!existsSync(folder)) return
  throw new RecheckError(
    'data.exists',
    `the data set ${name} is there already: ${folder}. Remove it first (recheck data remove ${name}).`,
  )
}

/**
 * Of a data set that somebody imports under a name of theirs.
 *
 * @throws RecheckError `data.name`, `data.exists`
 */
export function newDataFolder(name: string): string {
  if (!isModelName(name) || name === 'arithmetic' || name === 'math' || name === 'gsm8k')
    throw new RecheckError(
      'data.name',
      `${quoted(name)} cannot be the name of a data set of yours: expected letters, digits, ".", "_" and "-", and none of ` +
        'arithmetic, math and gsm8k.',
    )
  const folder = dataFolderOf(name)
  if (!existsSync(folder)) return folder
  throw new RecheckError(
    'data.exists',
    `A data set ${name} is there already: ${folder}. Give the new one another name, or remove that one first.`,
  )
}

/** @throws RecheckError `data.name`, `data.unknown`, `file.*` of the disk */
export async function removeData(name: string, datasets = datasetsFolder()): Promise<void> {
  const folder = dataFolderOf(name, datasets)
  if (!existsSync(folder)) throw unknownData(name, datasets)
  await removeEntry(folder, datasets)
}

function unknownData(name: string, datasets: string): RecheckError {
  return new RecheckError(
    'data.unknown',
    `there is no data set ${quoted(name)} in ${datasets}. See "recheck data list".`,
  )
}
