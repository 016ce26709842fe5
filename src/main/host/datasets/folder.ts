import { readdir, stat } from 'node:fs/promises'
import { basename, extname, join, relative, sep } from 'node:path'
import { RecheckError } from '../../../shared/recheckError.ts'
import type { Split } from '../../../core/data/splitSelection.ts'
import { datasetExtensions } from './rows.ts'

export interface DatasetFile {
  readonly path: string
  /** Relative to the folder, `/` between parts. */
  readonly name: string
  readonly split: Split
}

/** Without a prototype: a folder may be called `constructor`. */
const splitWords: Readonly<Record<string, Split>> = Object.assign(
  Object.create(null) as Record<string, Split>,
  {
    train: 'train',
    training: 'train',
    test: 'test',
    testing: 'test',
    math500: 'test',
    validation: 'validation',
    valid: 'validation',
    val: 'validation',
    dev: 'validation',
  } as const,
)

/**
 * The problem files of a data set: one file, or every such file in a folder and its folders. The split is read from
 * the name of a folder or file (`train/…`, `test-00000-of-00001.parquet`); a file that names none is training data.
 * Where MATH-500 stands beside MATH, it is the test, and MATH's own test files are left out.
 *
 * @throws RecheckError `data.missing` where there is nothing
 */
export async function findDatasetFiles(path: string): Promise<readonly DatasetFile[]> {
  const info = await stat(path).catch(() => null)
  if (info === null) throw missing(path, 'no such file or folder')
  if (info.isFile()) return [{ path, name: basename(path), split: splitOfName(basename(path)) }]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile() && isProblemFile(entry.name))
    .map((entry) => relative(path, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
  const files = names.map((name) => ({ path: join(path, name), name, split: splitOfName(name) }))
  const math500 = files.filter(({ name }) => isMath500(name))
  const kept =
    math500.length === 0 ? files : files.filter((file) => file.split !== 'test' || isMath500(file.name))
  if (kept.length === 0) throw missing(path, `no file ending in ${datasetExtensions.join(', ')}`)
  return kept
}

function isProblemFile(name: string): boolean {
  const isMetadata = /^(?:dataset_infos?|config|package|state|\..*)\.json$/i.test(name)
  return !isMetadata && (datasetExtensions as readonly string[]).includes(extname(name).toLowerCase())
}

function isMath500(name: string): boolean {
  return /math[-_ ]?500/i.test(name)
}

/** The first part of the path that names a split decides: `train/test_prep/1.json` is training data. */
function splitOfName(name: string): Split {
  for (const part of name.split('/')) {
    if (isMath500(part)) return 'test'
    const word = /^[a-z0-9]+/i.exec(part.replace(extname(part), '').toLowerCase())?.[0] ?? ''
    const split = splitWords[word]
    if (split !== undefined) return split
  }
  return 'train'
}

function missing(path: string, reason: string): RecheckError {
  return new RecheckError(
    'data.missing',
    `${path}: ${reason}. Put the problem files there (JSON, JSON Lines, CSV or Parquet; train and test in files or ` +
      'folders of that name), or set data.fallback=arithmetic.',
  )
}
