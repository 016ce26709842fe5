import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { plainLine } from '../../../shared/plainText.ts'
import { RecheckError } from '../../../shared/recheckError.ts'
import type { DataColumns } from '../../../shared/routes/dataImport.ts'
import type { LibrarySource, ListedData } from '../../../shared/routes/library.ts'
import { fileError } from '../../disk/fileError.ts'
import { datasetsFolder } from '../../host/datasets/datasetsFolder.ts'
import { unfinishedPrefix } from '../../host/machine/atomicFiles.ts'
import { newId } from '../../host/machine/identifiers.ts'
import { isModelName } from '../../host/model/modelLibrary.ts'

/** A data set of the library, as the process that reads it is told. */
export interface StoredSet {
  readonly name: string
  /** Absolute: a file or a folder. */
  readonly path: string
  /** `RowLayout`; null = found out from the files. */
  readonly layout: unknown
}

const text = z.string().nullable().default(null)
const column = z.string().min(1)
const Note = z.object({
  source: text,
  revision: text,
  licence: text,
  importedAt: text,
  /** The file that was imported, and its columns. */
  fields: z
    .strictObject({ question: column, answer: column, subject: column.nullable(), level: column.nullable() })
    .nullable()
    .default(null),
})
type Note = z.infer<typeof Note>

export const noteName = 'recheck-source.json'
/** Read as themselves by `data.source`. */
const knownLayouts = ['math', 'gsm8k'] as const

/** The data sets on this machine, by name. */
export async function listDataSets(): Promise<readonly Omit<ListedData, 'usedBy'>[]> {
  const root = datasetsFolder()
  const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
  const names = entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => entry.name.replace('--', '/'))
    .filter((name) => isModelName(name))
    .sort()
  return Promise.all(names.map((name) => describe(name)))
}

async function describe(name: string): Promise<Omit<ListedData, 'usedBy'>> {
  const folder = folderOf(name)
  const note = await readNote(folder)
  const { fields, ...noted } = note
  const from: LibrarySource = Object.fromEntries(
    Object.entries(noted).map(([key, value]) => [key, value === null ? null : plainLine(value)]),
  ) as unknown as LibrarySource
  const path = await pathOf(folder, fields)
  return {
    name,
    folder,
    bytes: await bytesOf(folder),
    from,
    configSource: configSourceOf(name, path, fields),
  }
}

function configSourceOf(name: string, path: string, fields: DataColumns | null): ListedData['configSource'] {
  const known = knownLayouts.find((each) => each === name)
  if (known !== undefined) return known
  return { path, fields: fields ?? { question: 'question', answer: 'answer', subject: null, level: null } }
}

/** @throws RecheckError `data.unknown` */
export async function findDataSet(name: string): Promise<StoredSet> {
  const folder = folderOf(name)
  if (!existsSync(folder)) throw unknownSet(name)
  const { fields } = await readNote(folder)
  const known = knownLayouts.find((each) => each === name)
  const layout =
    known !== undefined ? { kind: known } : fields === null ? null : { kind: 'fields', ...fields }
  return { name, path: await pathOf(folder, fields), layout }
}

/** @throws RecheckError `data.unknown`, `file.*` */
export async function removeDataSet(name: string): Promise<void> {
  const folder = folderOf(name)
  if (!existsSync(folder)) throw unknownSet(name)
  const doomed = join(datasetsFolder(), `${unfinishedPrefix}${newId('data')}`)
  try {
    await rename(folder, doomed)
    await rm(doomed, { recursive: true, force: true })
  } catch (thrown) {
    throw fileError(thrown, folder)
  }
}

function folderOf(name: string): string {
  if (!isModelName(name)) throw unknownSet(name)
  return join(datasetsFolder(), name.replace('/', '--'))
}

/** What was imported is one file beside its note; anything else is read as a folder. */
async function pathOf(folder: string, fields: DataColumns | null): Promise<string> {
  if (fields === null) return folder
  const files = (await readdir(folder)).filter((name) => name !== noteName && !name.startsWith('.'))
  return files.length === 1 && files[0] !== undefined ? join(folder, files[0]) : folder
}

async function readNote(folder: string): Promise<Note> {
  const written = await readFile(join(folder, noteName), 'utf8').catch(() => '{}')
  try {
    return Note.parse(JSON.parse(written))
  } catch {
    return Note.parse({}) // one that somebody has changed says nothing
  }
}

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

function unknownSet(name: string): RecheckError {
  return new RecheckError(
    'data.unknown',
    `There is no data set ${plainLine(name.slice(0, 200))} on this machine.`,
  )
}
