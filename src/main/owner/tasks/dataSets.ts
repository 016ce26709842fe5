import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { plainLine } from '../../../shared/text/plainText.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { DataColumns } from '../../../shared/routes/library/dataImport.ts'
import type { LibrarySource, ListedData } from '../../../shared/routes/library/library.ts'
import { findData, listData, readData, removeData, type LibraryData } from '../../host/hub/dataLibrary.ts'
import { sourceFile } from '../../host/model/libraryEntry.ts'

/** A data set of the library, as the process that reads it is told. */
export interface StoredSet {
  readonly name: string
  /** Absolute: a file or a folder. */
  readonly path: string
  /** `RowLayout`; null = found out from the files. */
  readonly layout: unknown
}

/** Read as themselves by `data.source`. */
const knownLayouts = ['math', 'gsm8k'] as const

/** The data sets on this machine, by name. */
export async function listDataSets(): Promise<readonly Omit<ListedData, 'usedBy'>[]> {
  return Promise.all((await listData()).map(describe))
}

async function describe({ name, folder, bytes, source }: LibraryData): Promise<Omit<ListedData, 'usedBy'>> {
  const fields = source?.fields ?? null
  const plain = (text: string | null | undefined): string | null =>
    text === null || text === undefined ? null : plainLine(text)
  const from: LibrarySource = {
    source: plain(source?.source),
    revision: plain(source?.revision),
    licence: plain(source?.licence),
    importedAt: plain(source?.importedAt),
  }
  const configSource = configSourceOf(name, await pathOf(folder, fields), fields)
  return { name, folder, bytes, from, configSource }
}

function configSourceOf(name: string, path: string, fields: DataColumns | null): ListedData['configSource'] {
  const known = knownLayouts.find((each) => each === name)
  if (known !== undefined) return known
  return { path, fields: fields ?? { question: 'question', answer: 'answer', subject: null, level: null } }
}

/** @throws RecheckError `data.unknown` */
export async function findDataSet(name: string): Promise<StoredSet> {
  requireSet(name)
  const { folder, source } = await readData(name)
  const fields = source?.fields ?? null
  const known = knownLayouts.find((each) => each === name)
  const layout =
    known !== undefined ? { kind: known } : fields === null ? null : { kind: 'fields', ...fields }
  return { name, path: await pathOf(folder, fields), layout }
}

/** @throws RecheckError `data.unknown`, `file.*` */
export async function removeDataSet(name: string): Promise<void> {
  requireSet(name)
  await removeData(name)
}

/** What was imported is one file beside its note; anything else is read as a folder. */
async function pathOf(folder: string, fields: DataColumns | null): Promise<string> {
  if (fields === null) return folder
  const files = (await readdir(folder)).filter((name) => name !== sourceFile && !name.startsWith('.'))
  return files.length === 1 && files[0] !== undefined ? join(folder, files[0]) : folder
}

function requireSet(name: string): void {
  if (findData(name) !== null) return
  throw new RecheckError(
    'data.unknown',
    `There is no data set ${plainLine(name.slice(0, 200))} on this machine.`,
  )
}
